// @ts-check
/**
 * Run after an `npm install` that rewrites package-lock.json: `npm run lock`.
 * Some packages name native builds for platforms that a registry mirror may not carry; npm then leaves them
 * out of the lock, and `npm ci` refuses it ("Missing: … from lock file"). This writes them back as the
 * optional, platform-bound entries they are.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'package-lock.json';
/** Names end in `-<os>-<cpu>[-<abi>]`. */
const PLATFORM =
  /(?<os>android|darwin|freebsd|linux|openharmony|win32|aix|netbsd|openbsd|sunos|wasm32)-(?<cpu>[a-z0-9]+)(?:-[a-z0-9]+)?$/;

/** @type {{packages: Record<string, {optionalDependencies?: Record<string, string>}>}} */
const lock = JSON.parse(readFileSync(FILE, 'utf8'));
/** @type {Record<string, object>} */
const added = {};
for (const [place, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key] !== undefined || lock.packages[`${place}/${key}`] !== undefined) continue;
    const platform = PLATFORM.exec(name)?.groups;
    if (platform === undefined) continue;
    added[key] = { version, cpu: [platform['cpu']], dev: true, optional: true, os: [platform['os']] };
  }
}
const packages = Object.entries({ ...lock.packages, ...added }).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
console.log(`${FILE}: ${Object.keys(added).length} entries added`);

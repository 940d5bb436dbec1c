// @ts-check
/**
 * Bundles the product into dist/ and, with --tests, the suites into out/test/, with --bench the benchmarks into out/bench/.
 * Usage: node esbuild.js [--tests] [--bench] [--watch] [--production]
 */
const esbuild = require('esbuild');
const { existsSync, readdirSync, rmSync } = require('node:fs');
const path = require('node:path');

const flags = new Set(process.argv.slice(2));
const production = flags.has('--production');

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  sourcemap: production ? false : 'linked',
  minify: production,
  logLevel: 'warning',
  legalComments: 'none',
};

/** @type {import('esbuild').BuildOptions} */
const node = { ...common, platform: 'node', target: 'node20', format: 'cjs', external: ['vscode'] };

/** @param {string} file */
const present = (file) => existsSync(file);

/** @type {import('esbuild').BuildOptions[]} */
const product = [
  {
    ...node,
    entryPoints: ['src/extension.ts', 'src/worker/worker.ts', 'src/cli/cli.ts'].filter(present),
    outdir: 'dist',
    entryNames: '[name]',
  },
  {
    ...common,
    platform: 'browser',
    target: 'chrome120',
    format: 'iife',
    entryPoints: ['traceEditor', 'dashboard', 'sidebar', 'recorder']
      .map((view) => `src/webviews/${view}/main.ts`)
      .filter(present)
      .map((file) => ({ in: file, out: path.basename(path.dirname(file)) })),
    outdir: 'dist/webviews',
  },
];

/** Every *.test.ts below test/, each its own bundle: suites share nothing but the code they test. */
function testBuilds() {
  const suites = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map((file) => `test/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.test.ts'));
  const browser = suites.filter((file) => file.startsWith('test/browser/'));
  const extras = ['test/host/index.ts'].filter(present);
  const pages = ['test/browser/pages.ts'].filter(present);
  const external = [
    'vscode',
    'mocha',
    'fast-check',
    'esbuild',
    'typescript',
    'playwright-core',
    'protobufjs',
    '@duckdb/node-api',
    '@vscode/test-electron',
  ];
  return [
    {
      ...node,
      external,
      sourcemap: /** @type {const} */ ('inline'),
      entryPoints: [...suites.filter((file) => !browser.includes(file)), ...extras],
      outbase: 'test',
      outdir: 'out/test',
    },
    {
      ...node,
      external,
      format: /** @type {const} */ ('esm'),
      outExtension: { '.js': '.mjs' },
      entryPoints: [...browser, ...pages],
      outbase: 'test',
      outdir: 'out/test',
    },
  ];
}

/** Each benchmark on its own. */
function benchBuilds() {
  const entryPoints = readdirSync('bench')
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `bench/${file}`);
  return [{ ...node, entryPoints, outdir: 'out/bench' }];
}

async function main() {
  const builds = [
    ...product,
    ...(flags.has('--tests') ? testBuilds() : []),
    ...(flags.has('--bench') ? benchBuilds() : []),
  ];
  if (flags.has('--tests')) rmSync('out/test', { recursive: true, force: true });
  const wanted = builds.filter((options) => /** @type {unknown[]} */ (options.entryPoints).length > 0);
  if (flags.has('--watch')) {
    for (const options of wanted) await (await esbuild.context(options)).watch();
    console.log('esbuild: watching');
    return;
  }
  await Promise.all(wanted.map((options) => esbuild.build(options)));
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});

// @ts-check
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { extensionFolder, manifest } from './repo.mjs';

/**
 * Installs the extension as it stands in its folder into a profile. Unlike a development payload this makes an ordinary
 * installed extension: any address of the server, and any reload, has it. A link, so that a rebuild needs only a reload.
 * @param {import('./profile.mjs').Profile} profile
 */
export function installUnpacked(profile) {
  const { id, version } = manifest();
  const relativeLocation = `${id}-${version}`.toLowerCase();
  const path = join(profile.extensions, relativeLocation);
  symlinkSync(extensionFolder, path, 'junction');
  const entry = {
    identifier: { id },
    version,
    location: { $mid: 1, path, scheme: 'file' },
    relativeLocation,
    metadata: { installedTimestamp: Date.now(), source: 'vsix', pinned: true },
  };
  writeFileSync(join(profile.extensions, 'extensions.json'), JSON.stringify([entry]));
}

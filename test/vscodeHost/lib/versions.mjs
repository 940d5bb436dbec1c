// @ts-check
/** Everything the host tests pin. A new version is a change in this file only. */

/** Node.js that runs code-server, vsce and test-electron (code-server enforces its major version). */
export const nodeVersion = '24.21.0';

/** code-server, the real VS Code server as an npm package. 4.139.1 carries VS Code 1.139.1. */
export const codeServerVersion = '4.139.1';

/** The packager of VS Code extensions. */
export const vsceVersion = '4.1.0';

/** Debian packages code-server's native modules are compiled with. */
export const buildPackages = [
  'build-essential',
  'python3',
  'pkg-config',
  'libkrb5-dev',
  'libx11-dev',
  'libxkbfile-dev',
  'libsecret-1-dev',
];

/** Debian packages for the browser. The font is named because a bare system may have none, and pictures without letters prove nothing. */
export const browserPackages = ['chromium', 'fonts-dejavu-core'];

// @ts-check
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { onCleanup } from './cleanup.mjs';

/** @type {Record<string, string>} */
const types = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** The sandbox VS Code puts a webview's frame in: no dialogs, no popups, no navigation of the top. */
const sandbox = 'sandbox allow-same-origin allow-pointer-lock allow-scripts allow-downloads allow-forms';

/**
 * Serves pages on one origin and the extension's files on another, as VS Code does: `'self'` in a page's policy is not
 * where its scripts come from.
 * @param {string} root folder of the files
 * @returns {Promise<{ pages: Map<string, string>, pageOrigin: string, fileOrigin: string }>}
 *   pages: path, with its leading slash, to HTML
 */
export async function servePages(root) {
  /** @type {Map<string, string>} */
  const pages = new Map();
  const pageOrigin = await listen((request, response) => {
    const html = pages.get(request.url ?? '');
    if (html === undefined) {
      response.writeHead(request.url === '/favicon.ico' ? 204 : 404).end();
      return;
    }
    response
      .writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': sandbox })
      .end(html);
  });
  const fileOrigin = await listen((request, response) => void sendFile(root, request, response));
  return { pages, pageOrigin, fileOrigin };
}

/**
 * @param {import('node:http').RequestListener} listener
 * @returns {Promise<string>} origin
 */
async function listen(listener) {
  const server = createServer(listener);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  onCleanup(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
}

/**
 * A file below root, whole or one byte range of it.
 * @param {string} root
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function sendFile(root, request, response) {
  const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
  /** @type {Record<string, string>} */
  const headers = {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Headers': 'Range',
    'Content-Type': types[extname(path)] ?? 'application/octet-stream',
  };
  if (request.method === 'OPTIONS' || path.split(sep).includes('..')) {
    response.writeHead(request.method === 'OPTIONS' ? 204 : 403, headers).end();
    return;
  }
  try {
    const content = await readFile(join(root, path));
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    if (!range) {
      response.writeHead(200, headers).end(content);
      return;
    }
    const from = Number(range[1]);
    const to = Math.min(range[2] ? Number(range[2]) : Infinity, content.length - 1);
    response
      .writeHead(206, { ...headers, 'Content-Range': `bytes ${from}-${to}/${content.length}` })
      .end(content.subarray(from, to + 1));
  } catch {
    response.writeHead(404, headers).end();
  }
}

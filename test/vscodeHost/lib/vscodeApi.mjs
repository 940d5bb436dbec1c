// @ts-check
import { decodeMessage, encodeMessage } from './webviewMessages.mjs';

/**
 * The script that gives a page `acquireVsCodeApi()`, and the tests `__migtrace` to reach what goes through it.
 * Injected before any script of the page, and not subject to its content security policy.
 * @param {unknown} state what getState() returns at first, as after a reload
 * @returns {string}
 */
export function vscodeApiScript(state) {
  const saved = state === undefined ? 'undefined' : JSON.stringify(JSON.stringify(state));
  return `(${installApi.toString()})(${encodeMessage.toString()}, ${decodeMessage.toString()}, ${saved});`;
}

/**
 * Runs in the page.
 * @param {typeof encodeMessage} encode
 * @param {typeof decodeMessage} decode
 * @param {string | undefined} saved state as JSON
 */
function installApi(encode, decode, saved) {
  /** @type {import('./webviewMessages.mjs').Encoded[]} */
  const posted = [];
  /** @type {unknown} */
  let state = saved === undefined ? undefined : JSON.parse(saved);
  let acquired = false;
  const acquireVsCodeApi = () => {
    if (acquired) throw new Error('An instance of the VS Code API has already been acquired');
    acquired = true;
    return Object.freeze({
      postMessage(/** @type {unknown} */ message, /** @type {Transferable[] | undefined} */ transfer) {
        posted.push(encode(structuredClone(message, transfer ? { transfer } : undefined)));
      },
      // VS Code keeps the object for this page, and its JSON for the next one.
      setState(/** @type {unknown} */ next) {
        state = next;
        saved = JSON.stringify(next);
        return next;
      },
      getState: () => state,
    });
  };
  const tools = {
    posted: () => posted,
    state: () => saved,
    deliver(/** @type {import('./webviewMessages.mjs').Encoded} */ message) {
      return new Promise((resolve) => {
        addEventListener('message', () => setTimeout(resolve), { once: true });
        postMessage(decode(message), window.origin);
      });
    },
  };
  Object.assign(globalThis, { acquireVsCodeApi });
  Object.defineProperty(globalThis, '__migtrace', { value: tools });
}

// @ts-check
/**
 * How VS Code carries messages between host and webview: JSON, with ArrayBuffers and typed arrays beside it as bytes.
 * So a Map arrives as `{}`, a Node Buffer as a plain object, and a view brings its whole buffer, as in the product.
 * @typedef {{ json: string | undefined, buffers: string[] }} Encoded  buffers in base64
 */

/**
 * Both functions also run inside the page (see vscodeApi.mjs): they use nothing from outside themselves.
 * @param {unknown} message
 * @returns {Encoded}
 */
export function encodeMessage(message) {
  const kinds =
    /^(Int8|Uint8|Uint8Clamped|Int16|Uint16|Int32|Uint32|Float32|Float64|BigInt64|BigUint64)Array$/;
  /** @type {ArrayBufferLike[]} */
  const buffers = [];
  const indexOf = (/** @type {ArrayBufferLike} */ buffer) => {
    const known = buffers.indexOf(buffer);
    return known >= 0 ? known : buffers.push(buffer) - 1;
  };
  const json = JSON.stringify(message, (_key, value) => {
    if (value instanceof ArrayBuffer) return { $buffer: indexOf(value) };
    if (!ArrayBuffer.isView(value) || !kinds.test(value.constructor.name)) return value;
    return {
      $buffer: indexOf(value.buffer),
      $view: value.constructor.name,
      from: value.byteOffset,
      bytes: value.byteLength,
    };
  });
  const base64 = (/** @type {ArrayBufferLike} */ buffer) => {
    const bytes = new Uint8Array(buffer);
    let text = '';
    for (let at = 0; at < bytes.length; at += 0x8000)
      text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    return btoa(text);
  };
  return { json, buffers: buffers.map(base64) };
}

/**
 * @param {Encoded} encoded
 * @returns {unknown}
 */
export function decodeMessage({ json, buffers }) {
  if (json === undefined) return undefined;
  const restored = buffers.map(
    (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer,
  );
  return JSON.parse(json, (_key, value) => {
    if (typeof value?.$buffer !== 'number') return value;
    const buffer = restored[value.$buffer];
    if (!value.$view) return buffer;
    const view = /** @type {Record<string, any>} */ (/** @type {unknown} */ (globalThis))[value.$view];
    return new view(buffer, value.from, value.bytes / view.BYTES_PER_ELEMENT);
  });
}

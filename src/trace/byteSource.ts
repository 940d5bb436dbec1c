/**
 * A file that is read here and there, not from its beginning to its end.
 *
 * Contract: `read` gives the bytes [offset, offset + length), fewer where the file ends before; the caller may keep
 * them and must not change them. It throws only where the storage fails, never because of content.
 */
export interface ByteSource {
  /** Bytes. */
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
}

/** Bytes in memory as a source. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

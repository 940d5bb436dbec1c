/** Unpacks pieces of files that are packed within, such as the sections of a trace.dat. */
import * as zlib from 'node:zlib';
import { decompress as unpackZstd } from 'fzstd';

/** Exactly `size` bytes out of `bytes`; undefined where they are damaged, more or fewer, or the algorithm is not known. */
export function unpackPiece(algorithm: string, bytes: Uint8Array, size: number): Uint8Array | undefined {
  const unpack = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined;
  try {
    const unpacked = unpack?.(bytes, size);
    return unpacked?.length === size ? unpacked : undefined;
  } catch {
    return undefined;
  }
}

// Node has it from 22.15 on; a library serves older ones.
const { zstdDecompressSync } = zlib as {
  zstdDecompressSync?: (bytes: Uint8Array, options: object) => Uint8Array;
};

/** The names trace-cmd gives them (lib/trace-cmd/trace-compress-*.c). */
const ALGORITHMS: Readonly<Record<string, (bytes: Uint8Array, size: number) => Uint8Array>> = {
  zlib: (bytes, size) => zlib.inflateSync(bytes, { maxOutputLength: size }),
  zstd: (bytes, size) =>
    zstdDecompressSync?.(bytes, { maxOutputLength: size }) ?? unpackZstd(bytes, new Uint8Array(size)),
};

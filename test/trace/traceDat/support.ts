/** trace.dat files read from memory. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Parsed } from '../../../src/base/problem';
import { memorySource } from '../../../src/trace/byteSource';
import type { MigrationTrace } from '../../../src/trace/model';
import { createTraceDatReader } from '../../../src/trace/formats/traceDat/reader';
import { unpackPiece } from '../../../src/worker/unpackPiece';

export function datBytes(path: string): Uint8Array {
  const bytes = readFileSync(path);
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

export function readDat(bytes: Uint8Array, source = 'trace.dat'): Parsed<MigrationTrace> {
  const reader = createTraceDatReader(memorySource(bytes), { source, decompress: unpackPiece });
  while (reader.step());
  return reader.finish();
}

export function readDatFile(path: string): Parsed<MigrationTrace> {
  return readDat(datBytes(path), basename(path));
}

/**
 * Reads a trace file in chunks: plain, gzip or zstd, told apart by their first bytes. Between chunks
 * the thread listens, so that a cancel is heard.
 */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import { setImmediate as breathe } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import * as zlib from 'node:zlib';
import type { Parsed, Problem } from '../base/problem';
import { Cancelled } from '../protocol/rpc';
import type { MigrationTrace } from '../trace/model';
import type { RecordingOptions } from '../trace/calls/recording';
import { placedFolios } from '../trace/calls/placedFolios';
import { withCompanions } from '../trace/companions/companions';
import { DETECT_BYTES } from '../trace/formats/detect';
import { createTraceReader, steppedReaderFor } from '../trace/formats/read';
import type { SteppedReader } from '../trace/formats/steppedReader';
import { type CompanionPaths, readCompanions } from './companionFiles';
import { openFileSource, Spool } from './spool';
import { unpackPiece } from './unpackPiece';
import { createZstdUnpacker } from './zstdUnpacker';

export type { CompanionPaths } from './companionFiles';

const CHUNK = 1 << 18;
const PIECE = 1 << 16;
const PROGRESS_STEPS = 400;

export interface ReadOptions {
  /** Files that tell more about the recording; null: none are looked for. */
  readonly companions?: CompanionPaths | null;
  /** `sums`: only what `traceInfo` needs. */
  readonly detail?: 'all' | 'sums';
  cancelled(): boolean;
  /** Bytes of the file read so far, and its size. */
  progress(done: number, total: number): void;
}

export interface ReadTrace extends Parsed<MigrationTrace> {
  /** Names of the files found beside the trace and used: what they told is in the trace. */
  readonly beside: readonly string[];
}

/** Rejects when the file, or a companion that was asked for, cannot be opened, is empty, or the caller cancelled. */
export async function readTraceFile(path: string, options: ReadOptions): Promise<ReadTrace> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new Error(plainReason(error), { cause: error });
  });
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error('it is not a file');
    if (stat.size === 0) throw new Error('it is empty');
    const found = options.companions ? await readCompanions(path, options.companions) : null;
    const recording = {
      source: basename(path),
      machine: found?.value.machine ?? null,
      detail: options.detail ?? 'all',
      fileBytes: stat.size,
    };
    const parsed = await readOpenFile(file, stat.size, recording, options);
    if (found === null) return { ...parsed, beside: [] };
    return {
      value: placedFolios(withCompanions(parsed.value, found.value)),
      problems: [...found.problems, ...parsed.problems],
      problemCount: found.problemCount + parsed.problemCount,
      beside: found.beside,
    };
  } finally {
    await file.close();
  }
}

async function readOpenFile(
  file: FileHandle,
  size: number,
  recording: RecordingOptions,
  options: ReadOptions,
): Promise<Parsed<MigrationTrace>> {
  const hash = createHash('sha256');
  const stepped = steppedReaderFor(await unpackedBeginning(file));
  let broken: Problem | null = null;
  let parsed: Parsed<MigrationTrace>;
  if (stepped === undefined) {
    const reader = createTraceReader(recording);
    broken = await eachUnpacked(file, size, hash, options, (chunk) => reader.push(chunk));
    parsed = reader.finish();
  } else if ((await packingOf(file)) === null) {
    const reader = stepped(openFileSource(file.fd, size), { ...recording, decompress: unpackPiece });
    parsed = await readInSteps(reader, size, options);
    await eachChunk(file, size, hash, silent(options), () => undefined);
  } else {
    const spool = new Spool();
    try {
      broken = await eachUnpacked(file, size, hash, options, (chunk) => spool.write(chunk));
      const unpacked = spool.source();
      const reader = stepped(unpacked, { ...recording, decompress: unpackPiece });
      parsed = await readInSteps(reader, unpacked.size, options);
    } finally {
      spool.close();
    }
  }
  const value = withHash(parsed.value, hash.digest('hex'));
  if (broken === null) return { ...parsed, value };
  return { value, problems: [broken, ...parsed.problems], problemCount: parsed.problemCount + 1 };
}

async function readInSteps(
  reader: SteppedReader,
  size: number,
  options: ReadOptions,
): Promise<Parsed<MigrationTrace>> {
  while (reader.step()) {
    options.progress(Math.min(size, reader.done), size);
    await breathe();
    if (options.cancelled()) throw new Cancelled();
  }
  return reader.finish();
}

/** Gives the content of the file, unpacked where it is packed. A problem tells that it could be unpacked in part only. */
async function eachUnpacked(
  file: FileHandle,
  size: number,
  hash: Hash,
  options: ReadOptions,
  take: (chunk: Uint8Array) => void,
): Promise<Problem | null> {
  const packing = await packingOf(file);
  if (packing === null) {
    await eachChunk(file, size, hash, options, take);
    return null;
  }
  const unpacker = unpackerOf(packing);
  unpacker.on('data', take);
  const ended = once(unpacker, 'end').then(
    () => null,
    (error: unknown) => error,
  );
  let failure: unknown = null;
  void ended.then((error) => (failure = error));
  await eachChunk(file, size, hash, options, async (chunk) => {
    // A copy: the unpacker keeps the chunk until it is done with it.
    if (failure === null && !unpacker.write(Uint8Array.from(chunk))) {
      await Promise.race([once(unpacker, 'drain').catch(() => undefined), ended]);
    }
  });
  unpacker.end();
  return brokenPacking(await ended);
}

async function eachChunk(
  file: FileHandle,
  size: number,
  hash: Hash,
  options: ReadOptions,
  take: (chunk: Uint8Array) => void | Promise<void>,
): Promise<void> {
  const buffer = new Uint8Array(CHUNK);
  let told = 0;
  for (let done = 0; ;) {
    // The thread has nothing better to do, and a read through the pool costs time and memory.
    const bytesRead = readSync(file.fd, buffer, 0, CHUNK, done);
    if (bytesRead === 0) return;
    done += bytesRead;
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await take(chunk);
    // A few hundred steps are all that a bar can show.
    if (done >= told + size / PROGRESS_STEPS || done >= size) {
      told = done;
      options.progress(done, Math.max(size, done));
    }
    await breathe();
    if (options.cancelled()) throw new Cancelled();
  }
}

/** Cancels as before, and says nothing of its progress. */
function silent(options: ReadOptions): ReadOptions {
  return { cancelled: () => options.cancelled(), progress: () => undefined };
}

type Packing = 'gzip' | 'zstd';

/** null for a file that is not packed. */
async function packingOf(file: FileHandle): Promise<Packing | null> {
  const { buffer, bytesRead } = await file.read(new Uint8Array(4), 0, 4, 0);
  const magic = bytesRead < 4 ? 0 : new DataView(buffer.buffer).getUint32(0);
  if (magic >>> 16 === 0x1f8b) return 'gzip';
  return magic === 0x28b52ffd ? 'zstd' : null;
}

function unpackerOf(packing: Packing): Transform {
  if (packing === 'gzip') return createGunzip({ chunkSize: CHUNK });
  // Node has it from 22.15 on; a library serves older ones.
  const { createZstdDecompress } = zlib as { createZstdDecompress?: (options: object) => Transform };
  return createZstdDecompress?.({ chunkSize: CHUNK }) ?? createZstdUnpacker();
}

/** The first DETECT_BYTES of the content, or fewer where it is shorter or damaged. */
async function unpackedBeginning(file: FileHandle): Promise<Uint8Array> {
  const packing = await packingOf(file);
  if (packing === null) {
    const { buffer, bytesRead } = await file.read(new Uint8Array(DETECT_BYTES), 0, DETECT_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  }
  const stream = Readable.from(piecesOf(file));
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of stream.pipe(unpackerOf(packing))) {
      pieces.push(piece as Uint8Array);
      length += (piece as Uint8Array).length;
      if (length >= DETECT_BYTES) break;
    }
  } catch {
    // Reading all of it will meet the damage again, and tell.
  } finally {
    stream.destroy();
  }
  return Buffer.concat(pieces).subarray(0, DETECT_BYTES);
}

async function* piecesOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let at = 0; ;) {
    const { buffer, bytesRead } = await file.read(new Uint8Array(PIECE), 0, PIECE, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function brokenPacking(error: unknown): Problem | null {
  if (error === null) return null;
  const reason = error instanceof Error ? error.message : 'no reason given';
  return {
    line: null,
    offset: null,
    message: `The packed file is damaged or cut short (${reason}); what could be unpacked is shown.`,
    hint: 'Copy the file again from where it was recorded.',
  };
}

function withHash(trace: MigrationTrace, sha256: string): MigrationTrace {
  if (trace.provenance.sha256 !== '') return trace;
  return { ...trace, provenance: { ...trace.provenance, sha256 } };
}

/** What the system said, for people. */
function plainReason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'you may not read it';
  if (code === 'EISDIR') return 'it is a folder';
  return message ?? String(error);
}

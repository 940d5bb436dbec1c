/** Files in and out: traces read as they are, outputs written under a temporary name and renamed. */
import { createWriteStream, rmSync } from 'node:fs';
import { mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Parsed } from '../base/problem';
import { formatProblem } from '../base/problem';
import { parseMachineFile } from '../engine/machine/machineFile';
import type { Machine } from '../engine/machine/machine';
import { PRESETS } from '../engine/machine/presets/registry';
import { ExportError } from '../trace/export/formats';
import type { MigrationTrace } from '../trace/model';
import { type CompanionPaths, readTraceFile, type ReadTrace } from '../worker/readTraceFile';
import type { VerbContext } from './usage';
import { UsageError, WorkError } from './usage';

/** Problems printed before the rest is only counted. */
const PRINTED_PROBLEMS = 20;

export interface TraceReading {
  /** Files about the machine and its counters; what is not given is looked for beside the trace. */
  readonly companions?: CompanionPaths;
  readonly detail?: 'all' | 'sums';
}

/**
 * Reads a trace of any format; `-` is stdin. Its problems and what was read beside it go to stderr; a file without
 * anything readable fails.
 */
export async function readTrace(
  file: string,
  context: VerbContext,
  reading: TraceReading = {},
): Promise<Parsed<MigrationTrace>> {
  const parsed = file === '-' ? await readStdin(reading) : await readFileAsTrace(file, reading);
  const name = file === '-' ? 'stdin' : file;
  if (parsed.beside.length > 0) context.stderr(`${name}: with ${parsed.beside.join(', ')} beside it.\n`);
  for (const problem of parsed.problems.slice(0, PRINTED_PROBLEMS)) {
    context.stderr(`${formatProblem(name, problem)}\n`);
  }
  const more = parsed.problemCount - Math.min(parsed.problemCount, PRINTED_PROBLEMS);
  if (more > 0) context.stderr(`${name}: and ${more} more problems.\n`);
  const { value } = parsed;
  const calls = value.sums?.calls.total ?? value.workload.calls.length;
  const events = value.sums === undefined ? value.events.length : Object.keys(value.eventCounts).length;
  const empty = calls === 0 && events === 0 && value.timings.length === 0;
  if (empty && parsed.problemCount > 0) throw new WorkError('');
  return parsed;
}

async function readFileAsTrace(file: string, { companions = {}, detail }: TraceReading): Promise<ReadTrace> {
  try {
    return await readTraceFile(file, {
      companions,
      ...(detail !== undefined && { detail }),
      cancelled: () => false,
      progress: () => undefined,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WorkError(`${file}: cannot be read: ${reason}. Check the path and the file's permissions.`);
  }
}

/** The reader wants to look at a file's size and first bytes, so stdin goes through one. */
async function readStdin(reading: TraceReading): Promise<ReadTrace> {
  const folder = await mkdtemp(join(tmpdir(), 'migtrace-'));
  const file = join(folder, 'stdin');
  try {
    await pipeline(process.stdin, createWriteStream(file));
    return await readFileAsTrace(file, reading);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A preset by name, or a machine file. */
export async function readMachine(nameOrFile: string, context: VerbContext): Promise<Machine> {
  const preset = Object.hasOwn(PRESETS, nameOrFile) ? PRESETS[nameOrFile] : undefined;
  if (preset !== undefined) return preset;
  const text = await readFile(nameOrFile, 'utf8').catch(() => {
    throw new UsageError(
      `--machine ${nameOrFile}: neither a preset (${Object.keys(PRESETS).join(', ')}) nor a file that can be read.`,
    );
  });
  const parsed = parseMachineFile(text, PRESETS);
  for (const problem of parsed.problems) context.stderr(`${formatProblem(nameOrFile, problem)}\n`);
  if (parsed.value === null) throw new WorkError('');
  return parsed.value;
}

/** Writes a file whole or not at all. */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  await replaceFile(file, (temporary) => writeFile(temporary, content));
}

/** The same, chunk by chunk, each written before the next is made. Returns the bytes. */
export async function writeChunks(file: string, chunks: () => Iterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  await replaceFile(file, async (temporary) => {
    const handle = await open(temporary, 'w');
    try {
      for (const chunk of chunks()) {
        await handle.writeFile(chunk);
        bytes += chunk.length;
      }
    } finally {
      await handle.close();
    }
  });
  return bytes;
}

/** An interrupt ends the process between two chunks: the temporary file goes with it. */
async function replaceFile(file: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  const drop = () => rmSync(temporary, { force: true });
  process.once('exit', drop);
  try {
    await write(temporary);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof ExportError) throw new WorkError(error.message);
    const code = (error as { code?: string }).code;
    if (code === undefined) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new WorkError(`${file}: cannot be written: ${reason}. Choose another place with -o.`);
  } finally {
    process.off('exit', drop);
  }
}

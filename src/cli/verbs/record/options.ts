/** The options of `migtrace record`. */
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { SessionOptions } from '../../../recorder/recordingSession';
import { parseCount, parseNumber, UsageError } from '../../usage';

export interface RecordArguments {
  readonly output: string;
  readonly json: boolean;
  /** The command to record; empty: record what happens. */
  readonly command: readonly string[];
  readonly session: SessionOptions;
}

export type ParsedArguments =
  { readonly clean: true; readonly json: boolean } | ({ readonly clean: false } & RecordArguments);

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: MIB, G: GIB };
const DEFAULT_SIZE = '256M';
const DEFAULT_BUFFER = '8M';
const MAX_SECONDS = 1e7;
const MAX_EVENTS = 1e9;
const MAX_PID = 4_194_304;

export function parseRecordArguments(args: readonly string[]): ParsedArguments {
  // What stands behind -- is the command's, whatever it looks like.
  const end = args.indexOf('--');
  const own = end < 0 ? args : args.slice(0, end);
  const command = end < 0 ? [] : args.slice(end + 1);
  const { values, positionals } = parseArgs({
    args: [...own],
    options: {
      output: { type: 'string', short: 'o' },
      seconds: { type: 'string' },
      size: { type: 'string' },
      'max-events': { type: 'string' },
      events: { type: 'string' },
      clock: { type: 'string' },
      buffer: { type: 'string' },
      pid: { type: 'string' },
      reason: { type: 'string' },
      'function-graph': { type: 'boolean' },
      clean: { type: 'boolean' },
      json: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const json = values.json === true;
  if (positionals.length > 0)
    throw new UsageError(
      `record takes no ${JSON.stringify(positionals[0])}: a command to record stands behind --.`,
    );
  if (end >= 0 && command.length === 0) throw new UsageError('record -- needs a command behind it.');
  if (values.clean === true) return { clean: true, json };
  if (values.output === undefined) throw new UsageError('record needs -o OUT.migtrace.');
  if (values.output === '-') throw new UsageError('record writes a file: -o OUT.migtrace.');
  return {
    clean: false,
    output: values.output,
    json,
    command,
    session: {
      clock: values.clock ?? 'mono',
      bufferBytes: parseSize(values.buffer ?? DEFAULT_BUFFER, '--buffer', 4096, GIB),
      events: words(values.events),
      pids: (words(values.pid) ?? []).map((pid) => parseCount(pid, '--pid', 1, MAX_PID)),
      reasons: words(values.reason) ?? [],
      functionGraph: values['function-graph'] === true,
      limits: {
        seconds:
          values.seconds === undefined ? Infinity : parseNumber(values.seconds, '--seconds', 0, MAX_SECONDS),
        bytes: parseSize(values.size ?? DEFAULT_SIZE, '--size', 4096, 64 * GIB),
        events:
          values['max-events'] === undefined
            ? Infinity
            : parseCount(values['max-events'], '--max-events', 1, MAX_EVENTS),
      },
      asker: {
        platform: process.platform,
        uid: process.getuid?.() ?? -1,
        sudoCommand: sudoCommand(),
      },
      temporaryFolder: resolve(tmpdir()),
    },
  };
}

/** Bytes, with K, M or G for KiB, MiB and GiB. */
function parseSize(text: string, option: string, low: number, high: number): number {
  const match = /^(\d+(?:\.\d+)?)([KMG]?)(?:i?B)?$/i.exec(text);
  const bytes = Math.floor(Number(match?.[1]) * (UNITS[match?.[2]?.toUpperCase() ?? ''] ?? Number.NaN));
  if (!(bytes >= low && bytes <= high)) {
    throw new UsageError(`${option} ${text}: not a size such as 8M or 512K, from ${low} to ${high} bytes.`);
  }
  return bytes;
}

function words(text: string | undefined): readonly string[] | null {
  if (text === undefined) return null;
  const found = text.split(',').map((word) => word.trim());
  if (found.some((word) => word === ''))
    throw new UsageError(`"${text}": names with commas between them, none empty.`);
  return found;
}

/** This very command with all rights, each word quoted where a shell would take it apart. */
function sudoCommand(): string {
  const [node = 'node', ...rest] = process.argv;
  return ['sudo', node, ...rest]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}

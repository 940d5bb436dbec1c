/** Recorded traces and what they are known to hold. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Parsed } from '../../src/base/problem';
import { modeName, reasonName } from '../../src/engine/kernel/modes';
import { type MigrateTotals, TOTAL_NAMES, zeroTotals } from '../../src/engine/kernel/totals';
import { EVENT_TYPES, type MigrationTrace } from '../../src/trace/model';
import { createTraceReader } from '../../src/trace/formats/read';

export interface Truth {
  /** Missing for recordings whose truth was written down without it. */
  readonly lines?: number;
  readonly events: Readonly<Record<string, number>>;
  readonly sums: MigrateTotals;
  /** `reason/mode` → mm_migrate_pages events. */
  readonly modeReason?: Readonly<Record<string, number>>;
  readonly between?: { readonly events: Readonly<Record<string, number>>; readonly sums: MigrateTotals };
  readonly lost?: number;
}

export interface RecordedTrace {
  readonly name: string;
  readonly path: string;
  readonly truth: Truth;
}

export const FIXTURES = 'test/fixtures/traces';
/** The whole collection, where it lies next to the project. */
const COLLECTION = '../shared/traces';

/** The recordings in text that come with the project. */
export function fixtureTraces(): RecordedTrace[] {
  return fixtures().filter(({ name }) => !isDat(name));
}

/** The trace.dat files that come with the project. */
export function fixtureDats(): RecordedTrace[] {
  return fixtures().filter(({ name }) => isDat(name));
}

function fixtures(): RecordedTrace[] {
  const truths = JSON.parse(readFileSync(`${FIXTURES}/truth.json`, 'utf8')) as Record<string, Truth>;
  return Object.entries(truths).map(([name, truth]) => ({ name, path: `${FIXTURES}/${name}`, truth }));
}

function isDat(name: string): boolean {
  return name.endsWith('.dat.gz');
}

/** The whole collection of recordings; none where it is not present. */
export function collectedTraces(): RecordedTrace[] {
  return collected([
    ['trace.txt', 'trace.txt'],
    ['report.txt', 'report.txt'],
  ]);
}

/** The other renderings of `trace-cmd report` in the collection. */
export function collectedReports(): RecordedTrace[] {
  return collected(
    ['report-R', 'report-l', 'report-t', 'report-tsdiff'].map((file) => [`${file}.txt`, 'report.txt']),
  );
}

/** What `perf script` printed of the collection's runs. */
export function collectedScripts(): RecordedTrace[] {
  return collected(SCRIPTS.map((file) => [file, 'script.txt']));
}

const SCRIPTS = ['script.txt', 'script-ns.txt', 'script-F-pid-tid.txt', 'script-header-reltime.txt'];

/** The trace.dat files of the collection, with what `trace-cmd report` makes of each. */
export function collectedDats(): RecordedTrace[] {
  return collected([['trace.dat', 'report.txt']]);
}

function collected(files: readonly (readonly [file: string, truth: string])[]): RecordedTrace[] {
  if (!existsSync(COLLECTION)) return [];
  return readdirSync(COLLECTION).flatMap((folder) => {
    const meta = `${COLLECTION}/${folder}/meta.json`;
    if (!existsSync(meta)) return [];
    const { truth } = JSON.parse(readFileSync(meta, 'utf8')) as { truth: Record<string, CollectedTruth> };
    return files.flatMap(([file, told]) => {
      const path = `${COLLECTION}/${folder}/${file}.gz`;
      const held = truth[told];
      return held !== undefined && existsSync(path)
        ? [{ name: `${folder}/${file}`, path, truth: truthOf(held) }]
        : [];
    });
  });
}

interface CollectedTruth {
  readonly lines?: number;
  readonly events: Record<string, number>;
  readonly mm_migrate_pages_sums: MigrateTotals;
  readonly mode_reason?: Record<string, number>;
  readonly between_snap_markers?: { events: Record<string, number>; mm_migrate_pages_sums: MigrateTotals };
  readonly lost_reported_in_text?: number;
}

function truthOf(held: CollectedTruth): Truth {
  const between = held.between_snap_markers;
  return {
    events: held.events,
    sums: held.mm_migrate_pages_sums,
    ...(held.lines === undefined ? {} : { lines: held.lines }),
    ...(held.mode_reason === undefined ? {} : { modeReason: held.mode_reason }),
    ...(between === undefined
      ? {}
      : { between: { events: between.events, sums: between.mm_migrate_pages_sums } }),
    ...(held.lost_reported_in_text === undefined ? {} : { lost: held.lost_reported_in_text }),
  };
}

export function readBytes(bytes: Uint8Array, source = 'trace.txt', chunk = 1 << 18): Parsed<MigrationTrace> {
  const reader = createTraceReader({ source });
  for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk));
  return reader.finish();
}

export function readText(text: string): Parsed<MigrationTrace> {
  return readBytes(Buffer.from(text, 'utf8'));
}

export function readRecording(path: string): Parsed<MigrationTrace> {
  return readBytes(gunzipSync(readFileSync(path)), basename(path));
}

/** Sums and events between the markers `snap: before` and `snap: after`; markers and events known by name only left out. */
export function betweenMarkers(trace: MigrationTrace): {
  events: Record<string, number>;
  sums: MigrateTotals;
} {
  const { events, strings, workload } = trace;
  const isMarker = (row: number, text: string): boolean =>
    EVENT_TYPES[events.type[row]!] === 'marker' && strings[events.a[row]!]!.startsWith(text);
  let start = 0;
  let end = events.length;
  for (let row = 0; row < events.length; row++) {
    if (isMarker(row, 'snap: before')) start = row;
    if (isMarker(row, 'snap: after')) end = Math.min(end, row);
  }
  const counts: Record<string, number> = {};
  const sums = zeroTotals();
  for (let row = start; row < end; row++) {
    const type = EVENT_TYPES[events.type[row]!]!;
    if (type === 'marker' || type === 'lost' || type === 'other') continue;
    counts[type] = (counts[type] ?? 0) + 1;
    if (type !== 'mm_migrate_pages') continue;
    for (const name of TOTAL_NAMES) sums[name] += workload.calls[name][events.a[row]!]!;
  }
  return { events: counts, sums };
}

/** mm_migrate_pages events by `reason/mode`. */
export function byReasonAndMode(trace: MigrationTrace): Record<string, number> {
  const { events, workload } = trace;
  const counts: Record<string, number> = {};
  for (let row = 0; row < events.length; row++) {
    if (EVENT_TYPES[events.type[row]!] !== 'mm_migrate_pages') continue;
    const call = events.a[row]!;
    const key = `${reasonName(workload.calls.reason[call]!)}/${modeName(workload.calls.mode[call]!)}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

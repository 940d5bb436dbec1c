/** The text encoding, written: a line per fact, defaults left out. */
import { EVENT_TYPES } from '../../model';
import type { MigrationTrace } from '../../model';
import { writeCall } from './callLines';
import { EVENT_SHAPES, writeEvent, writeObserved, writePhases } from './eventLines';
import { writeHead } from './headLines';
import { normalComms } from './normal';
import { MIGTRACE_VERSION, TEXT_MAGIC } from './spec';

/** Characters of a chunk, about. */
const CHUNK = 65_536;

/** The whole text; for large traces take the chunks. */
export function writeMigtraceText(trace: MigrationTrace): string {
  return [...writeMigtraceTextChunks(trace)].join('');
}

/** The text in pieces of whole lines. */
export function* writeMigtraceTextChunks(trace: MigrationTrace): Iterable<string> {
  let chunk = '';
  for (const line of lines(trace)) {
    if (line === '') continue;
    chunk += `${line}\n`;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

function* lines(trace: MigrationTrace): Iterable<string> {
  const workload = normalComms(trace.workload);
  yield `${TEXT_MAGIC} ${MIGTRACE_VERSION}`;
  yield* writeHead(
    trace,
    inOrderOfUse(workload.comms, [0], workload.calls.comm) ? [] : workload.comms,
    inOrderOfUse(trace.strings, [], stringRows(trace)) ? [] : trace.strings,
  );
  for (let row = 0; row < workload.calls.length; row++) yield* writeCall(workload, row);
  for (let row = 0; row < trace.folioTimes.length; row++) yield writeObserved(trace.folioTimes, row);
  for (let row = 0; row < trace.callPhases.length; row++) yield writePhases(trace.callPhases, row);
  for (let row = 0; row < trace.events.length; row++) yield writeEvent(trace.events, row, trace.strings);
}

/** Rows of `strings` in the order in which the events use them. */
function* stringRows({ events }: MigrationTrace): Iterable<number> {
  const uses = EVENT_TYPES.map((type) => EVENT_SHAPES[type].text !== undefined);
  for (let row = 0; row < events.length; row++) if (uses[events.type[row]!] === true) yield events.a[row]!;
}

/** Whether a reader that meets the texts one after another builds the very same table, so that it need not be declared. */
function inOrderOfUse(table: readonly string[], known: readonly number[], rows: Iterable<number>): boolean {
  if (new Set(table).size !== table.length) return false;
  let next = known.length;
  for (const row of rows) {
    if (row > next) return false;
    if (row === next) next++;
  }
  return next === table.length;
}

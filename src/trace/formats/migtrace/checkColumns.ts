/** What the text encoding checks word by word is checked here column by column: codes, counts and who owns which runs. */
import type { GrowableTable } from '../../../base/columns';
import { FOLIO_FATES, FOLIO_KINDS, FOLIO_MAPPINGS } from '../../../engine/folio/workload';
import type { Calls, FOLIO_RUN_SCHEMA } from '../../../engine/folio/workload';
import { MIGRATE_MODES, MIGRATE_REASONS, UNKNOWN_CODE } from '../../../engine/kernel/modes';
import { FOLIO_OUTCOMES } from '../../model';
import type { FOLIO_TIME_SCHEMA } from '../../model';
import { MAX_ORDER } from './spec';

type Complain = (what: string) => void;

/** Sets codes at or above `names` to `instead`. */
function checkCodes(
  column: Uint8Array,
  length: number,
  [name, names, instead, as]: readonly [string, number, number, string],
  complain: Complain,
): void {
  let unknown = 0;
  for (let i = 0; i < length; i++) {
    if (column[i]! < names || column[i] === instead) continue;
    column[i] = instead;
    unknown++;
  }
  if (unknown > 0) complain(`unknown codes in column ${name}: ${unknown}; they read as ${as}`);
}

export function checkCallCodes(calls: Calls, complain: Complain): void {
  const { length } = calls;
  checkCodes(calls.mode, length, ['mode', MIGRATE_MODES.length, UNKNOWN_CODE, 'unknown'], complain);
  checkCodes(calls.reason, length, ['reason', MIGRATE_REASONS.length, UNKNOWN_CODE, 'unknown'], complain);
}

export function checkRuns(table: GrowableTable<typeof FOLIO_RUN_SCHEMA>, complain: Complain): void {
  const { columns, length } = table;
  checkCodes(columns.kind, length, ['kind', FOLIO_KINDS.length, 0, 'anon'], complain);
  checkCodes(columns.fate, length, ['fate', FOLIO_FATES.length, 0, 'movable'], complain);
  checkCodes(columns.mapping, length, ['mapping', FOLIO_MAPPINGS.length, 0, 'pte'], complain);
  checkCodes(columns.order, length, ['order', MAX_ORDER + 1, 0, '0'], complain);
  let empty = 0;
  for (let i = 0; i < length; i++) {
    if (columns.count[i] !== 0) continue;
    columns.count[i] = 1;
    empty++;
  }
  if (empty > 0) complain(`runs without a folio: ${empty}; they read as one folio each`);
}

export function checkFolioTimes(table: GrowableTable<typeof FOLIO_TIME_SCHEMA>, complain: Complain): void {
  const { columns, length } = table;
  checkCodes(columns.outcome, length, ['outcome', FOLIO_OUTCOMES.length, 0, 'unknown'], complain);
  checkCodes(columns.order, length, ['order', MAX_ORDER + 1, 0, '0'], complain);
}

/** Gives each call the runs that follow those of the call before it; there are `runs` in all. */
export function placeRuns(calls: Calls, runs: number, complain: Complain): void {
  let first = 0;
  let short = 0;
  for (let i = 0; i < calls.length; i++) {
    calls.firstRun[i] = first;
    if (calls.runCount[i]! > runs - first) {
      calls.runCount[i] = runs - first;
      short++;
    }
    first += calls.runCount[i]!;
  }
  if (short > 0) complain(`calls whose folios are not all in the file: ${short}`);
  if (first < runs) complain(`runs of folios that belong to no call: ${runs - first}`);
}

/** Compares times: every step of every folio, those of a call as a whole, and its batches. */
import { strict as assert } from 'node:assert';
import { FOLIO_KINDS } from '../../../src/engine/folio/workload';
import type { Run } from '../../../src/engine/sim/run';
import { BATCH_KINDS } from '../../../src/engine/sim/run';
import type { PlayedCall } from './oracle';
import type { StepTime } from './engineSteps';
import { engineSteps } from './engineSteps';
import type { LogEntry } from './oracleFolio';

/** Fails unless the two times are within `tolerance` ps of each other. */
export function assertTime(
  found: number | undefined,
  expected: number,
  tolerance: number,
  what: string,
): void {
  const distance = Math.abs((found ?? NaN) - expected);
  assert.ok(distance <= tolerance, `${what}: ${found ?? NaN} against ${expected} of the oracle`);
}

/** Every step of every folio, try by try, with its start and duration; then those of the call as a whole. */
export function compareSteps(run: Run, row: number, call: PlayedCall, tolerance: number): void {
  const engine = engineSteps(run, row);
  const byFolio = logByFolio(call);
  for (let number = -1; number < call.folios.length; number++) {
    const expected = (byFolio.get(number) ?? []).filter((entry) => entry.duration > 0).map(timeOf);
    const found = engine.get(number) ?? [];
    const where = number < 0 ? `call ${call.row}` : `call ${call.row} folio ${number}`;
    sameSteps(ofCpu(found, number), ofCpu(expected, number), tolerance, where);
    sameSteps(beside(found), beside(expected), tolerance, `${where} beside`);
  }
}

function sameSteps(
  found: readonly StepTime[],
  expected: readonly StepTime[],
  tolerance: number,
  where: string,
): void {
  const isSame =
    found.length === expected.length &&
    expected.every((step, i) => {
      const other = found[i];
      return (
        other !== undefined &&
        other.what === step.what &&
        other.by === step.by &&
        Math.abs(other.start - step.start) <= tolerance &&
        Math.abs(other.duration - step.duration) <= tolerance
      );
    });
  // Within the tolerance or not, the message shows both lists.
  if (!isSame) assert.deepEqual(found.map(textOf), expected.map(textOf), `${where} steps`);
}

function textOf({ what, start, duration, by }: StepTime): string {
  return `${what} ${start} +${duration}${by === null ? '' : ` on ${by}`}`;
}

function ofCpu(steps: readonly StepTime[], number: number): StepTime[] {
  const own = steps.filter(({ by }) => by === null);
  return number < 0 ? joined(own) : own;
}

/** By channel or thread, then by when they began. */
function beside(steps: readonly StepTime[]): StepTime[] {
  return steps
    .filter(({ by }) => by !== null)
    .toSorted((a, b) => (a.by ?? 0) - (b.by ?? 0) || a.start - b.start);
}

/** What concerns no single folio is one step where it is of one sort: set-up of several channels, say. */
function joined(steps: readonly StepTime[]): StepTime[] {
  const result: StepTime[] = [];
  for (const step of steps) {
    const last = result.at(-1);
    if (last?.what === step.what && Math.abs(last.start + last.duration - step.start) < 1) {
      result[result.length - 1] = { ...last, duration: last.duration + step.duration };
    } else result.push(step);
  }
  return result;
}

function timeOf({ what, time, duration, by }: LogEntry): StepTime {
  return { what, start: time, duration, by };
}

export function logByFolio(call: PlayedCall): Map<number, LogEntry[]> {
  const map = new Map<number, LogEntry[]>();
  for (const entry of call.log) {
    const number = entry.folio?.number ?? -1;
    const list = map.get(number);
    if (list === undefined) map.set(number, [entry]);
    else list.push(entry);
  }
  return map;
}

/** Start, end and pages of every migrate_pages_batch(); hugetlb folios, which have none, are left out. */
export function compareBatches(run: Run, row: number, call: PlayedCall, tolerance: number): void {
  const { batches } = run;
  const first = run.calls.firstBatch[row] ?? 0;
  const found: { kind: string; start: number; end: number; pages: number }[] = [];
  let moved = 0;
  let failed = 0;
  const hugetlb = hugetlbFolios(run);
  for (let batch = first; batch < first + (run.calls.batchCount[row] ?? 0); batch++) {
    moved += batches.moved[batch] ?? 0;
    failed += batches.failed[batch] ?? 0;
    if (hugetlb.has(batches.first[batch] ?? -1)) continue;
    found.push({
      kind: BATCH_KINDS[batches.kind[batch] ?? 0] ?? '',
      start: batches.start[batch] ?? 0,
      end: batches.end[batch] ?? 0,
      pages: batches.pages[batch] ?? 0,
    });
  }
  const expected = call.batches.filter(({ kind }) => kind !== 'hugetlb');
  const where = `call ${call.row} batches`;
  assert.deepEqual(
    found.map(({ kind, pages }) => `${kind} ${pages}`),
    expected.map(({ kind, pages }) => `${kind} ${pages}`),
    where,
  );
  expected.forEach(({ start, end }, i) => {
    assertTime(found[i]?.start, start, tolerance, `${where} ${i} start`);
    assertTime(found[i]?.end, end, tolerance, `${where} ${i} end`);
  });
  // Base pages that are at their destination: not what v2 counts twice.
  const isThere = call.folios.filter(({ result }) => result === 'moved');
  const pages = isThere.reduce((sum, folio) => sum + folio.pages, 0);
  assert.equal(moved, pages, `call ${call.row} moved in its batches`);
  assert.equal(failed, call.stats.nr_failed, `call ${call.row} failed in its batches`);
}

function hugetlbFolios({ folios }: Run): Set<number> {
  const found = new Set<number>();
  for (let row = 0; row < folios.length; row++) {
    if (FOLIO_KINDS[folios.kind[row] ?? 0] !== 'hugetlb') continue;
    for (let i = 0; i < (folios.count[row] ?? 0); i++) found.add((folios.first[row] ?? 0) + i);
  }
  return found;
}

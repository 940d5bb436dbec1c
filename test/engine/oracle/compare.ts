/** Compares a run of the engine with the oracle's, to the bit, and says where they differ. */
import { strict as assert } from 'node:assert';
import { FOLIO_KINDS, FOLIO_MAPPINGS } from '../../../src/engine/folio/workload';
import { TOTAL_NAMES } from '../../../src/engine/kernel/totals';
import { countersAt } from '../../../src/engine/probe/countersAt';
import { folioStateAt } from '../../../src/engine/probe/folioStates';
import type { RunIndex } from '../../../src/engine/probe/runIndex';
import { createRunIndex } from '../../../src/engine/probe/runIndex';
import type { FolioState } from '../../../src/engine/probe/states';
import type { Run } from '../../../src/engine/sim/run';
import { BATCH_KINDS, FOLIO_RESULTS, PHASES } from '../../../src/engine/sim/run';
import type { OracleRun, PlayedCall } from './oracle';
import { engineSteps } from './engineSteps';
import type { StepTime } from './engineSteps';
import { oracleStateAt } from './oracleStates';
import type { LogEntry } from './oracleFolio';

/** Throws an AssertionError that names the first thing the two do not agree on. */
export function assertSame(run: Run, oracle: OracleRun, picks: readonly number[]): void {
  compareSums(run, oracle);
  const rows = rowsOf(run, oracle);
  const index = createRunIndex(run);
  for (const [i, call] of oracle.calls.entries()) {
    const row = rows[i] ?? 0;
    compareCall(run, row, call);
    compareFolios(run, row, call);
    compareSteps(run, row, call);
    compareBatches(run, row, call);
    compareStates(index, row, call, picks);
  }
  compareCounters(index, oracle, picks);
}

/** The engine's row of each of the oracle's calls: the same turn of the same lane. */
function rowsOf(run: Run, oracle: OracleRun): number[] {
  assert.equal(run.calls.length, oracle.calls.length, 'calls');
  return oracle.calls.map(({ lane, turn }) => {
    const ofLane = [...run.calls.lane.keys()].filter((row) => run.calls.lane[row] === lane);
    return ofLane[turn] ?? -1;
  });
}

function compareSums(run: Run, oracle: OracleRun): void {
  const sum = (of: (call: PlayedCall) => number) => oracle.calls.reduce((total, call) => total + of(call), 0);
  for (const name of TOTAL_NAMES)
    assert.equal(
      run.totals[name],
      sum((call) => call.stats[name]),
      name,
    );
  for (const name of Object.keys(run.events) as (keyof Run['events'])[]) {
    assert.equal(
      run.events[name],
      sum((call) => call.events[name]),
      name,
    );
  }
  assert.equal(
    run.untried,
    sum((call) => call.untried),
    'untried',
  );
  assert.equal(run.end, oracle.end, 'end of the run');
  const { dma } = oracle;
  assert.deepEqual(run.dma.busy, dma.present ? [dma.busy] : [], 'DMA busy');
  for (const name of ['descriptors', 'bytes', 'fallbackFolios', 'refusedBatches'] as const) {
    assert.equal(run.dma[name], dma[name], `DMA ${name}`);
  }
}

function compareCall({ calls }: Run, row: number, call: PlayedCall): void {
  const where = `call ${call.row}`;
  for (const name of TOTAL_NAMES) assert.equal(calls[name][row], call.stats[name], `${where} ${name}`);
  assert.equal(calls.returned[row], call.returned, `${where} returned`);
  assert.equal(calls.untried[row], call.untried, `${where} untried`);
  assert.equal(calls.start[row], call.start, `${where} start`);
  for (const phase of PHASES) assert.equal(calls[phase][row], call.phases[phase], `${where} phase ${phase}`);
  assert.equal(calls.end[row], call.now, `${where} end`);
  assert.equal(calls.count[row], call.folios.length, `${where} folios`);
}

function compareFolios(run: Run, row: number, call: PlayedCall): void {
  const { folios } = run;
  const first = run.calls.first[row] ?? 0;
  let at = folios.first.findLastIndex((start) => start <= first);
  for (const folio of call.folios) {
    const id = first + folio.number;
    while (id >= (folios.first[at] ?? 0) + (folios.count[at] ?? 0)) at++;
    const where = `call ${call.row} folio ${folio.number}`;
    assert.equal(folios.order[at], folio.order, `${where} order`);
    assert.equal(FOLIO_KINDS[folios.kind[at] ?? 0], folio.kind, `${where} kind`);
    assert.equal(FOLIO_MAPPINGS[folios.mapping[at] ?? 0], folio.mapping, `${where} mapping`);
    const base = folios.address[at] ?? -1;
    const address = base < 0 ? -1 : base + (id - (folios.first[at] ?? 0)) * folio.pages * 4096;
    assert.equal(address, folio.address, `${where} address`);
    assert.equal(FOLIO_RESULTS[folios.result[at] ?? 0], folio.result, `${where} result`);
  }
}

/** Every step of every folio, try by try, with its start and duration; then those of the call as a whole. */
function compareSteps(run: Run, row: number, call: PlayedCall): void {
  const engine = engineSteps(run, row);
  const byFolio = logByFolio(call);
  for (let number = -1; number < call.folios.length; number++) {
    const expected = (byFolio.get(number) ?? []).filter((entry) => entry.duration > 0).map(timeOf);
    const found = engine.get(number) ?? [];
    const where = number < 0 ? `call ${call.row}` : `call ${call.row} folio ${number}`;
    assert.deepEqual(found, expected, `${where} steps`);
  }
}

function timeOf({ what, time, duration }: LogEntry): StepTime {
  return `${what} ${time} +${duration}`;
}

function logByFolio(call: PlayedCall): Map<number, LogEntry[]> {
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
function compareBatches(run: Run, row: number, call: PlayedCall): void {
  const { batches } = run;
  const first = run.calls.firstBatch[row] ?? 0;
  const found: string[] = [];
  let moved = 0;
  let failed = 0;
  const hugetlb = hugetlbFolios(run);
  for (let batch = first; batch < first + (run.calls.batchCount[row] ?? 0); batch++) {
    moved += batches.moved[batch] ?? 0;
    failed += batches.failed[batch] ?? 0;
    if (hugetlb.has(batches.first[batch] ?? -1)) continue;
    const kind = BATCH_KINDS[batches.kind[batch] ?? 0] ?? '';
    found.push(
      `${kind} ${batches.start[batch] ?? 0} ${batches.end[batch] ?? 0} ${batches.pages[batch] ?? 0}`,
    );
  }
  const expected = call.batches
    .filter(({ kind }) => kind !== 'hugetlb')
    .map(({ kind, start, end, pages }) => `${kind} ${start} ${end} ${pages}`);
  assert.deepEqual(found, expected, `call ${call.row} batches`);
  assert.equal(moved, call.stats.nr_succeeded, `call ${call.row} moved in its batches`);
  assert.equal(failed, call.stats.nr_failed, `call ${call.row} failed in its batches`);
}

/** Pages moved and folios out of reach at some instants, counted folio by folio. */
function compareCounters(index: RunIndex, oracle: OracleRun, picks: readonly number[]): void {
  const { run } = index;
  const logs = oracle.calls.map(logByFolio);
  for (const pick of picks) {
    const time = Math.floor((run.end * (pick % 997)) / 996);
    let pagesMoved = 0;
    let blockedFolios = 0;
    for (const [i, call] of oracle.calls.entries()) {
      for (const folio of call.folios) {
        const state = oracleStateAt(folio, logs[i]?.get(folio.number) ?? [], call.now, time);
        if (state === 'done') pagesMoved += folio.pages;
        if (BLOCKED.has(state)) blockedFolios++;
      }
    }
    const found = countersAt(index, time);
    assert.equal(found.pagesMoved, pagesMoved, `pages moved at ${time}`);
    assert.equal(found.blockedFolios, blockedFolios, `blocked folios at ${time}`);
  }
}

const BLOCKED: ReadonlySet<FolioState> = new Set(['unmapped', 'queued', 'copying', 'copied', 'remapping']);

function hugetlbFolios({ folios }: Run): Set<number> {
  const found = new Set<number>();
  for (let row = 0; row < folios.length; row++) {
    if (FOLIO_KINDS[folios.kind[row] ?? 0] !== 'hugetlb') continue;
    for (let i = 0; i < (folios.count[row] ?? 0); i++) found.add((folios.first[row] ?? 0) + i);
  }
  return found;
}

/** States of some folios at some instants, and at the end. */
function compareStates(index: RunIndex, row: number, call: PlayedCall, picks: readonly number[]): void {
  if (call.folios.length === 0) return;
  const { run } = index;
  const byFolio = logByFolio(call);
  const first = run.calls.first[row] ?? 0;
  for (const pick of picks) {
    const folio = call.folios[pick % call.folios.length];
    if (folio === undefined) continue;
    const log = byFolio.get(folio.number) ?? [];
    const span = call.now - call.start + 2;
    const instants = [call.start - 1 + (pick % span), call.now, run.end, ...log.map(({ time }) => time)];
    for (const time of instants) {
      const found = folioStateAt(index, first + folio.number, time);
      const expected = oracleStateAt(folio, log, call.now, time);
      assert.equal(found, expected, `call ${call.row} folio ${folio.number} state at ${time}`);
    }
  }
}

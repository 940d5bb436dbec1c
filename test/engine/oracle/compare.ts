/** Compares a run of the engine with the oracle's, and says where they differ. */
import { strict as assert } from 'node:assert';
import { FOLIO_KINDS, FOLIO_MAPPINGS } from '../../../src/engine/folio/workload';
import { TOTAL_NAMES } from '../../../src/engine/kernel/totals';
import { createRunIndex } from '../../../src/engine/probe/runIndex';
import type { Run } from '../../../src/engine/sim/run';
import { FAULT_STAGES, FOLIO_RESULTS, PHASES } from '../../../src/engine/sim/run';
import { compareCounters, compareStates } from './compareStates';
import { assertTime, compareBatches, compareSteps } from './compareSteps';
import type { OracleRun, PlayedCall } from './oracle';

/** ps: times to the nanosecond where shares bind. */
const SHARED_TOLERANCE = 1000;

/**
 * Throws an AssertionError that names the first thing the two do not agree on: counters always exactly,
 * times to the bit unless something shared was ever at its capacity.
 */
export function assertSame(run: Run, oracle: OracleRun, picks: readonly number[]): void {
  // Each shared copy ends at a whole picosecond: over a thousand batches that is a nanosecond more.
  const tolerance = oracle.wasBound ? SHARED_TOLERANCE + 2 * run.batches.length : 0;
  compareSums(run, oracle, tolerance);
  const rows = rowsOf(run, oracle);
  const index = createRunIndex(run);
  for (const [i, call] of oracle.calls.entries()) {
    const row = rows[i] ?? 0;
    compareCall(run, row, call, tolerance);
    compareFolios(run, row, call);
    compareSteps(run, row, call, tolerance);
    compareBatches(run, row, call, tolerance);
    compareStates(index, row, call, picks, tolerance);
  }
  compareCounters(index, oracle, picks, tolerance);
}

/** The engine's row of each of the oracle's calls: the same turn of the same lane. */
function rowsOf(run: Run, oracle: OracleRun): number[] {
  assert.equal(run.calls.length, oracle.calls.length, 'calls');
  return oracle.calls.map(({ lane, turn }) => {
    const ofLane = [...run.calls.lane.keys()].filter((row) => run.calls.lane[row] === lane);
    return ofLane[turn] ?? -1;
  });
}

function compareSums(run: Run, oracle: OracleRun, tolerance: number): void {
  const sum = (of: (call: PlayedCall) => number) => oracle.calls.reduce((total, call) => total + of(call), 0);
  for (const name of TOTAL_NAMES) {
    assert.equal(
      run.totals[name],
      sum((call) => call.stats[name]),
      name,
    );
  }
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
  compareAccount(run, oracle, tolerance);
  assertTime(run.end, oracle.end, tolerance, 'end of the run');
}

const COUNTS = [
  'descriptors',
  'bytes',
  'fallbackFolios',
  'refusedBatches',
  'wastedCopies',
  'foliosMigrated',
  'foliosFailures',
  'interrupts',
  'interruptTime',
  'rewrittenFolios',
  'declinedBatches',
  'coldTouch',
] as const;

function compareAccount({ dma: found }: Run, { dma }: OracleRun, tolerance: number): void {
  for (const name of COUNTS) assert.equal(found[name], dma[name], `DMA ${name}`);
  for (const stage of FAULT_STAGES) assert.equal(found.failures[stage], dma.failures[stage], `DMA ${stage}`);
  const premature = found.prematureFolios;
  assert.ok(premature >= 0 && premature <= dma.prematureAtMost, `premature folios: ${premature}`);
  assertTime(found.slept, dma.slept, tolerance, 'slept while others copied');
  assert.equal(found.busy.length, dma.busy.length, 'tracks');
  dma.busy.forEach((busy, i) => {
    assertTime(found.busy[i], busy, tolerance, `busy ${i}`);
  });
}

function compareCall({ calls }: Run, row: number, call: PlayedCall, tolerance: number): void {
  const where = `call ${call.row}`;
  for (const name of TOTAL_NAMES) assert.equal(calls[name][row], call.stats[name], `${where} ${name}`);
  assert.equal(calls.returned[row], call.returned, `${where} returned`);
  assert.equal(calls.untried[row], call.untried, `${where} untried`);
  assertTime(calls.start[row], call.start, tolerance, `${where} start`);
  for (const phase of PHASES)
    assertTime(calls[phase][row], call.phases[phase], tolerance, `${where} phase ${phase}`);
  assertTime(calls.end[row], call.now, tolerance, `${where} end`);
  assertTime(calls.slept[row], call.slept, tolerance, `${where} slept`);
  assert.equal(calls.count[row], call.folios.length, `${where} folios`);
  const phases = PHASES.reduce((total, phase) => total + (calls[phase][row] ?? 0), 0);
  const duration = (calls.end[row] ?? 0) - (calls.start[row] ?? 0);
  assert.equal(phases, duration, `${where}: phases add up`);
  assert.ok((calls.slept[row] ?? 0) <= duration, `${where} sleeps longer than it lasts`);
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
    assert.equal(folios.from[at], folio.from, `${where} source node`);
    assert.equal(folios.to[at], folio.to, `${where} destination node`);
    const base = folios.address[at] ?? -1;
    const address = base < 0 ? -1 : base + (id - (folios.first[at] ?? 0)) * folio.pages * 4096;
    assert.equal(address, folio.address, `${where} address`);
    assert.equal(FOLIO_RESULTS[folios.result[at] ?? 0], folio.result, `${where} result`);
  }
}

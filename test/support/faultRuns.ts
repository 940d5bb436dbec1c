/** Runs whose engine fails: the situations of the injected-failure matrix, and what must hold in each. */
import { strict as assert } from 'node:assert';
import type { Workload } from '../../src/engine/folio/workload';
import type { MigrateMode } from '../../src/engine/kernel/modes';
import type { Machine } from '../../src/engine/machine/machine';
import { SERIES_V3_ZEN3 } from '../../src/engine/machine/presets/seriesV3Zen3';
import type { CopyPathName, FaultPlan, FaultStage, Run, RunConfig } from '../../src/engine/sim/run';
import { BATCH_KINDS, FAULT_STAGES, FOLIO_RESULTS, SEGMENT_KINDS } from '../../src/engine/sim/run';
import { simulate } from '../../src/engine/sim/simulate';
import type { RunOfFolios } from './workloads';
import { workloadOf } from './workloads';

/** Designs that use an engine. */
export const OFFLOADING = [
  'dcbm-v1',
  'dcbm-v2',
  'dcbm-v3',
  'precopy-v4',
  'precopy',
  'async',
  'speculative',
  'adaptive',
] as const satisfies readonly CopyPathName[];
export type Offloading = (typeof OFFLOADING)[number];

const FAULT_MODES = ['MIGRATE_ASYNC', 'MIGRATE_SYNC'] as const satisfies readonly MigrateMode[];

export interface FaultSituation {
  readonly name: 'one batch' | 'many batches' | 'queue depth' | 'several lanes';
  readonly calls: readonly (readonly RunOfFolios[])[];
  /** Descriptors that a channel's queue holds; null: no limit. */
  readonly queueDepth: number | null;
}

const LARGE: readonly RunOfFolios[] = [{ count: 700 }, { count: 70, order: 4 }];
export const FAULT_SITUATIONS: readonly FaultSituation[] = [
  { name: 'one batch', calls: [[{ count: 200 }, { count: 10, order: 4 }]], queueDepth: null },
  { name: 'many batches', calls: [LARGE], queueDepth: null },
  { name: 'queue depth', calls: [LARGE], queueDepth: 16 },
  { name: 'several lanes', calls: [LARGE, LARGE, LARGE], queueDepth: null },
];

export interface FaultCase {
  readonly path: Offloading;
  readonly mode: MigrateMode;
  readonly situation: FaultSituation;
  readonly faults: readonly FaultPlan[];
}

/** Every design, stage, mode and situation; every second attempt fails. */
export function faultMatrix(): (FaultCase & { readonly stage: FaultStage })[] {
  return OFFLOADING.flatMap((path) =>
    FAULT_STAGES.flatMap((stage) =>
      FAULT_MODES.flatMap((mode) =>
        FAULT_SITUATIONS.map((situation) => ({
          path,
          stage,
          mode,
          situation,
          faults: [{ stage, first: 0, every: 2 }],
        })),
      ),
    ),
  );
}

export function workloadOfCase({ mode, situation }: FaultCase): Workload {
  return workloadOf(...situation.calls.map((runs, i) => ({ mode, pid: i + 1, runs })));
}

/** The machine of the v3 series, with the situation's queues; for adaptive with CPUs so slow that it never declines. */
export function machineOf({ path, situation }: FaultCase): Machine {
  const dmaDevices = SERIES_V3_ZEN3.dmaDevices.map((device) => ({
    ...device,
    queueDepth: situation.queueDepth,
  }));
  const { costs } = SERIES_V3_ZEN3;
  if (path !== 'adaptive') return { ...SERIES_V3_ZEN3, dmaDevices };
  const slow = (name: 'copyMemory' | 'copyResident') => ({ ...costs[name], value: costs[name].value / 50 });
  return {
    ...SERIES_V3_ZEN3,
    dmaDevices,
    costs: { ...costs, copyMemory: slow('copyMemory'), copyResident: slow('copyResident') },
  };
}

export function playFaults(one: FaultCase, config: Partial<RunConfig> = {}, machine = machineOf(one)): Run {
  const { path, faults } = one;
  return simulate(workloadOfCase(one), {
    machine,
    config: { path, kernel: '7.2', channels: 4, runs: 0, faults, ...config },
  });
}

/** What became of the folios of a run, by who copied them for good. */
export interface FaultOutcome {
  readonly given: number;
  /** Folios of all attempts to offload a batch, refused ones included. */
  readonly attempted: number;
  readonly byEngine: number;
  readonly byCpu: number;
  /** Folios that have no content at their destination, or did not move. */
  readonly lost: number;
}

const COPIES_BY_CPU = new Set(['copy', 'recopy', 'moveSwitchCopy', 'moveCopySwitch']);

export function outcomeOf(run: Run): FaultOutcome {
  const { segments, dma } = run;
  const copiedByCpu = new Uint8Array(run.folioCount);
  const byEngine = new Uint8Array(run.folioCount);
  segments.kind.forEach((code, i) => {
    const kind = SEGMENT_KINDS[code] ?? 'entry';
    const column = COPIES_BY_CPU.has(kind)
      ? copiedByCpu
      : kind === 'remoteCopy' || kind === 'remoteCopyMapped'
        ? byEngine
        : null;
    const first = segments.first[i] ?? 0;
    column?.fill(1, first, first + (segments.count[i] ?? 0));
  });
  let [cpu, engine, lost] = [0, 0, 0];
  const moved = movedFolios(run);
  for (let folio = 0; folio < run.folioCount; folio++) {
    if (copiedByCpu[folio] === 1) cpu++;
    else if (byEngine[folio] === 1) engine++;
    if (moved[folio] === 0 || (copiedByCpu[folio] === 0 && byEngine[folio] === 0)) lost++;
  }
  return {
    given: run.folioCount,
    attempted: dma.foliosMigrated + dma.foliosFailures,
    byEngine: engine,
    byCpu: cpu,
    lost,
  };
}

function movedFolios({ folios, folioCount }: Run): Uint8Array {
  const moved = new Uint8Array(folioCount);
  for (let row = 0; row < folios.length; row++) {
    if (FOLIO_RESULTS[folios.result[row] ?? 0] !== 'moved') continue;
    const first = folios.first[row] ?? 0;
    moved.fill(1, first, first + (folios.count[row] ?? 0));
  }
  return moved;
}

/** Asserts what holds for every plan: nothing is lost, the kernel counts what it always counts, and the driver what it did. */
export function assertNothingLost(one: FaultCase, run: Run, serial: Run): void {
  const { path } = one;
  const outcome = outcomeOf(run);
  assert.equal(outcome.lost, 0, 'lost folios');
  assert.equal(outcome.byEngine + outcome.byCpu, outcome.given, 'every folio has one copy that holds');
  assert.equal(run.untried, 0, 'untried');
  assert.deepEqual(run.events, serial.events, 'events');
  assert.deepEqual([...run.calls.returned], [...serial.calls.returned], 'return values');
  const twice = path === 'dcbm-v2' ? pagesOfKind(run, 'copy') : 0;
  assert.deepEqual(
    run.totals,
    { ...serial.totals, nr_succeeded: serial.totals.nr_succeeded + twice },
    'totals',
  );
  assert.equal(outcome.attempted, attemptable(one, run), 'folios attempted');
  // v1 copies everything again by the CPU.
  if (path !== 'dcbm-v1') {
    assert.equal(outcome.byEngine, run.dma.foliosMigrated, 'the driver counts what its engine copied');
    assert.equal(outcome.byCpu, run.dma.fallbackFolios, 'the others are fallbacks');
  }
  assert.equal(run.dma.prematureFolios, 0, 'premature');
  assertCopiedBeforeBack(run);
}

/** Folios that a design hands to its driver: all; of v1 base pages; of adaptive those of batches it did not decline. */
function attemptable({ path, situation }: FaultCase, run: Run): number {
  if (path === 'adaptive') return run.folioCount - (run.dma.fallbackFolios - run.dma.foliosFailures);
  if (path !== 'dcbm-v1') return run.folioCount;
  return situation.calls
    .flat()
    .filter(({ order = 0 }) => order === 0)
    .reduce((sum, { count }) => sum + count, 0);
}

function pagesOfKind({ segments, folios }: Run, wanted: string): number {
  let pages = 0;
  for (let i = 0; i < segments.length; i++) {
    if (SEGMENT_KINDS[segments.kind[i] ?? 0] !== wanted) continue;
    const first = segments.first[i] ?? 0;
    for (let folio = first; folio < first + (segments.count[i] ?? 0); folio++) {
      const row = folios.first.findLastIndex((start) => start <= folio);
      pages += 2 ** (folios.order[row] ?? 0);
    }
  }
  return pages;
}

/** No folio is remapped, and no call ends, while a copy of it runs. */
function assertCopiedBeforeBack({ segments, folioCount, end }: Run): void {
  const copied = new Float64Array(folioCount);
  const each = (kinds: readonly string[], visit: (folio: number, start: number, stop: number) => void) => {
    segments.kind.forEach((code, i) => {
      if (!kinds.includes(SEGMENT_KINDS[code] ?? '')) return;
      const [first, start, period] = [
        segments.first[i] ?? 0,
        segments.start[i] ?? 0,
        segments.period[i] ?? 0,
      ];
      for (let k = 0; k < (segments.count[i] ?? 0); k++)
        visit(first + k, start + k * period, start + (k + 1) * period);
    });
  };
  each(['remoteCopy', 'copy', 'recopy'], (folio, _, stop) => {
    copied[folio] = Math.max(copied[folio] ?? 0, stop);
    assert.ok(stop <= end + 1, 'the run ends after its copies');
  });
  // Times of shared work are rounded up to a picosecond at the end of a flow only.
  each(['remap', 'moveCopied'], (folio, start) =>
    assert.ok(start >= (copied[folio] ?? 0) - 1, `folio ${folio} is back before its copy`),
  );
}

/** Batches of a run that a design may hand to its driver. */
export function offloadableBatches({ batches }: Run): number {
  return batches.kind.reduce((sum, kind) => sum + (BATCH_KINDS[kind] === 'batch' ? 1 : 0), 0);
}

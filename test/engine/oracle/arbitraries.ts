/** Random workloads, machines and designs for the comparison of engine and oracle. */
import fc from 'fast-check';
import type { Workload } from '../../../src/engine/folio/workload';
import { CALL_FLAGS, FOLIO_FATES, FOLIO_KINDS } from '../../../src/engine/folio/workload';
import type { MigrateMode } from '../../../src/engine/kernel/modes';
import { MIGRATE_REASONS, UNKNOWN_CODE } from '../../../src/engine/kernel/modes';
import type { Machine } from '../../../src/engine/machine/machine';
import { IOMMU_MODES } from '../../../src/engine/machine/machine';
import type { CopyPathName, KernelRulesName, RunConfig } from '../../../src/engine/sim/run';
import { COPY_PATHS, DIVIDERS, FAULT_STAGES, KERNEL_RULES } from '../../../src/engine/sim/run';
import type { CallOfRuns, RunOfFolios } from '../../support/workloads';
import { workloadOf } from '../../support/workloads';
import { machine } from './arbitraryMachines';

export interface OracleCase {
  readonly workload: Workload;
  readonly machine: Machine;
  readonly config: RunConfig;
}

const FLAGS = {
  described: CALL_FLAGS.described,
  both: CALL_FLAGS.start | CALL_FLAGS.end,
  start: CALL_FLAGS.start | CALL_FLAGS.partial,
  end: CALL_FLAGS.end | CALL_FLAGS.partial,
} as const;

const MODES: readonly MigrateMode[] = ['MIGRATE_ASYNC', 'MIGRATE_SYNC_LIGHT', 'MIGRATE_SYNC'];

const anyFate = fc.oneof(
  { weight: 3, arbitrary: fc.constant('movable' as const) },
  { weight: 4, arbitrary: fc.constantFrom(...FOLIO_FATES) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('pinned-get' as const, 'pinned-pin' as const, 'locked' as const),
  },
);

/** Few folios when large, since the oracle has an object for every base page of a split one. */
const folioRun: fc.Arbitrary<RunOfFolios> = fc
  .record({
    size: fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.integer({ min: 1, max: 12 }), fc.constantFrom(0, 0, 0, 1, 2, 4)) },
      { weight: 2, arbitrary: fc.tuple(fc.integer({ min: 1, max: 150 }), fc.constant(0)) },
      { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 500, max: 1100 }), fc.constant(0)) },
      { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constant(9)) },
    ),
    kind: fc.constantFrom('anon', ...FOLIO_KINDS),
    fate: anyFate,
    mapping: fc.constantFrom('pte' as const, 'pte' as const, 'none' as const, 'pmd' as const),
    mappings: fc.integer({ min: 1, max: 3 }),
    parts: fc.oneof(
      fc.tuple(fc.integer({ min: 0, max: 16 }), fc.integer({ min: 0, max: 4 })),
      fc.tuple(fc.constant(600), fc.constant(0)),
      fc.tuple(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 600 })),
    ),
  })
  .map(({ size: [count, order], kind, fate, mapping, mappings, parts: [partsMoved, partsFailed] }) =>
    sensible({ count, order, kind, fate, mapping, mappings, partsMoved, partsFailed }),
  );

/** Leaves out what no kernel has: page cache that is none, a small folio mapped by a PMD, movable_ops pages in page tables or of several pages. */
function sensible(run: RunOfFolios): RunOfFolios {
  const order = run.kind === 'movable' ? 0 : (run.order ?? 0);
  const mapping =
    run.kind === 'movable' ? 'none' : run.mapping === 'pmd' && order !== 9 ? 'pte' : run.mapping;
  const isFile = run.kind === 'file' || run.kind === 'file-private';
  const ofFiles = run.fate === 'dirty' || run.fate === 'orphaned-buffers';
  const fate = ofFiles && !isFile ? 'movable' : run.fate;
  return {
    ...run,
    order,
    ...(fate === undefined ? {} : { fate }),
    ...(mapping === undefined ? {} : { mapping }),
  };
}

const described: fc.Arbitrary<CallOfRuns> = fc.record({
  mode: fc.constantFrom(...MODES),
  reason: fc.constantFrom(...MIGRATE_REASONS),
  mmCpus: fc.integer({ min: 1, max: 5 }),
  pid: fc.integer({ min: 1, max: 4 }),
  runs: fc.oneof(
    { weight: 9, arbitrary: fc.array(folioRun, { minLength: 1, maxLength: 5 }) },
    { weight: 1, arbitrary: fc.constant([]) },
  ),
});

/** When a call begins as described, or when it was recorded: some recordings lack its start or its end. ns. */
const times = fc.record({
  start: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 400_000 })),
  duration: fc.integer({ min: 1, max: 200_000 }),
  known: fc.constantFrom<keyof typeof FLAGS>('described', 'described', 'both', 'both', 'start', 'end'),
});

const workload = fc
  .array(
    fc.record({
      call: described,
      time: times,
      address: fc.nat(2 ** 30),
      unknown: fc.integer({ min: 0, max: 15 }),
      cpu: fc.constantFrom(-1, 0, 1, 9, 40),
      nodes: fc.array(fc.tuple(fc.integer({ min: -1, max: 2 }), fc.integer({ min: -1, max: 2 })), {
        minLength: 5,
        maxLength: 5,
      }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((calls) => {
    const made = workloadOf(...calls.map(({ call }) => call));
    calls.forEach(({ time, address, unknown, cpu, nodes }, row) => {
      const first = made.calls.firstRun[row] ?? 0;
      if (unknown % 4 > 0)
        made.folioRuns.address.fill(address * 4096, first, first + (made.calls.runCount[row] ?? 0));
      made.calls.cpu[row] = cpu;
      nodes.slice(0, made.calls.runCount[row] ?? 0).forEach(([from, to], i) => {
        made.folioRuns.from[first + i] = from;
        made.folioRuns.to[first + i] = to;
      });
      if (unknown === 4) made.calls.mode[row] = UNKNOWN_CODE;
      if (unknown === 5) made.calls.reason[row] = UNKNOWN_CODE;
      made.calls.startNs[row] = time.known === 'end' ? NaN : time.start;
      const hasEnd = time.known === 'both' || time.known === 'end';
      made.calls.endNs[row] = hasEnd ? time.start + time.duration : NaN;
      made.calls.flags[row] = FLAGS[time.known];
    });
    return made;
  });

/** Every design under every kernel that works through a batch in phases; 6.1 has one design. */
const DESIGNS = KERNEL_RULES.flatMap((kernel): { kernel: KernelRulesName; path: CopyPathName }[] =>
  kernel === '6.1'
    ? [
        { kernel, path: 'serial' },
        { kernel, path: 'serial' },
      ]
    : COPY_PATHS.map((path) => ({ kernel, path })),
);

const fault = fc.record({
  stage: fc.constantFrom(...FAULT_STAGES),
  first: fc.nat(3),
  every: fc.constantFrom(0, 0, 1, 2, 3),
});

const config: fc.Arbitrary<RunConfig> = fc
  .record({
    design: fc.constantFrom(...DESIGNS),
    batchPages: fc.constantFrom(1, 7, 16, 64, 512, 512, 4096),
    channels: fc.constantFrom(1, 2, 3, 4, 8, 16),
    threads: fc.constantFrom(1, 2, 4, 7, 16, 32),
    placement: fc.constantFrom('spread' as const, 'fill' as const),
    reasons: fc.oneof(
      { weight: 3, arbitrary: fc.constant('all' as const) },
      { weight: 1, arbitrary: fc.subarray([...MIGRATE_REASONS]) },
    ),
    minBatch: fc.constantFrom(1, 1, 1, 4, 20),
    divider: fc.constantFrom(...DIVIDERS),
    completion: fc.constantFrom('interrupt' as const, 'poll' as const),
    callback: fc.constantFrom('last' as const, 'every' as const),
    iommu: fc.constantFrom('machine' as const, ...IOMMU_MODES),
    writeRate: fc.constantFrom(0, 1, 1000, 1e5),
    coldCache: fc.boolean(),
    faults: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fault, { minLength: 1, maxLength: 2 }) },
    ),
    seed: fc.nat(1000),
  })
  .map(({ design, ...rest }) => ({ ...rest, ...design, runs: 1 }));

export const oracleCase: fc.Arbitrary<OracleCase> = fc.record({ workload, machine, config });

/**
 * Describes a workload in a few numbers: so many folios of one size, moved from one node to another in the calls
 * that their caller would make, some of them pinned, locked, under writeback, freed, dirty, or without a destination.
 */
import { GrowableTable, emptyTable } from '../../base/columns';
import type { Parsed } from '../../base/problem';
import { ProblemList } from '../../base/problem';
import { PMD_ORDER } from '../../base/units';
import { CALL_FLAGS, CALL_SCHEMA, FOLIO_RUN_SCHEMA } from '../../engine/folio/workload';
import type {
  AlikeFolios,
  CalledReason,
  CallOutcome,
  Caller,
  FolioRange,
} from '../../engine/kernel/callers/caller';
import { CALLERS, USUAL_CALLER } from '../../engine/kernel/callers/registry';
import type { MigrateMode } from '../../engine/kernel/modes';
import { MIGRATE_MODES, MIGRATE_REASONS } from '../../engine/kernel/modes';
import { CALL_PHASE_SCHEMA, EVENT_SCHEMA, FOLIO_TIME_SCHEMA } from '../model';
import type { MigrationTrace } from '../model';
import { checkRanges } from './parseSynthOptions';
import type { SynthOptions } from './synthOptions';
import { MAX_CALLS } from './synthOptions';
import { FOLIO_KIND, orderOf, RunWriter } from './synthRuns';

/** Process of CPU 0; the tasks of further CPUs count up. */
const FIRST_PID = 1000;
/** Order of a 1 GiB hugetlb folio. */
const PUD_ORDER = 18;

/** Who calls, and what its calls say. */
export interface ResolvedCaller {
  readonly caller: Caller;
  readonly mode: MigrateMode;
  readonly reason: CalledReason;
}

/** The caller that is meant, with the mode asked for or its usual one. */
export function resolveCaller({ caller, reason, mode }: SynthOptions): ResolvedCaller {
  const found: Caller = CALLERS[caller ?? USUAL_CALLER[reason ?? 'syscall_or_cpuset']];
  return { caller: found, mode: mode ?? found.mode, reason: reason ?? found.reason };
}

/** The workload of `options`. With problems, the trace is empty. Same options, same trace. */
export function describeWorkload(options: SynthOptions): Parsed<MigrationTrace> {
  const problems = new ProblemList();
  checkOptions(options, problems);
  const resolved = resolveCaller(options);
  const written = problems.count === 0 ? describeCalls(options, resolved, problems) : null;
  const calls = problems.count === 0 && written !== null ? written : noCalls();
  return problems.parsed({
    provenance: {
      format: 'migtrace',
      origin: 'described',
      kernel: null,
      clock: null,
      source: '',
      sha256: '',
      notes: [`described by migtrace synth, seed ${options.seed}`, ...calls.notes],
    },
    machine: null,
    span: { startNs: 0, endNs: 0 },
    workload: {
      calls: calls.calls.finish(),
      folioRuns: calls.runs.finish(),
      comms: ['', taskOf(resolved.caller, options)],
    },
    events: emptyTable(EVENT_SCHEMA),
    folioTimes: emptyTable(FOLIO_TIME_SCHEMA),
    callPhases: emptyTable(CALL_PHASE_SCHEMA),
    timings: [],
    counters: [],
    strings: [],
    lines: 0,
    lostEvents: 0,
    eventCounts: {},
  });
}

function taskOf({ thread }: Caller, { from }: SynthOptions): string {
  return thread === null ? 'synth' : `${thread}${from}`;
}

function checkOptions(options: SynthOptions, problems: ProblemList): void {
  checkRanges(options, problems);
  checkFolioSize(options, problems);
  const { folios, from, to, calls, pinned, locked, writeback, freed, dirty, kind, mappings } = options;
  const special = pinned + locked + writeback + freed + dirty;
  if (from === to) {
    problems.add(
      `--from and --to are both node ${from}: the kernel leaves such folios where they are.`,
      'Name two nodes.',
    );
  }
  if (calls !== null && calls > folios) {
    problems.add(`${calls} calls cannot share ${folios} folios.`, 'Each call needs one: lower --calls.');
  }
  if (special > folios) {
    problems.add(
      `${special} folios are to be pinned, locked, under writeback, freed or dirty, of ${folios}.`,
      'Ask for fewer of them, or for more --folios; a folio is one of these at a time.',
    );
  }
  if (kind === 'hugetlb' && writeback > 0) {
    problems.add(
      'hugetlb folios are never under writeback.',
      'Leave out --writeback, or choose another --kind.',
    );
  }
  if (dirty > 0 && kind !== 'file') {
    problems.add(
      'only page cache can lack migrate_folio and be written out (fallback_migrate_folio(), mm/migrate.c).',
      'Leave out --dirty, or give --kind file.',
    );
  }
  if ((kind === 'anon' || kind === 'ksm') && mappings === 0) {
    problems.add('anonymous folios are mapped.', 'Give --mappings 1 or more, or --kind file or shared.');
  }
  if (kind === 'ksm' && pinned > 0 && options.pin === 'pin') {
    problems.add(
      'FOLL_PIN gets a copy of its own of a KSM page (gup_must_unshare(), mm/gup.c).',
      'Give --pin get, or --kind anon.',
    );
  }
  if (mappings === 0 && pinned > 0 && options.pin === 'pin') {
    problems.add('FOLL_PIN takes its reference through a page table.', 'Give --mappings 1, or --pin get.');
  }
  checkCaller(options, problems);
}

function checkFolioSize({ folioBytes, kind }: SynthOptions, problems: ProblemList): void {
  const order = orderOf(folioBytes);
  if (!Number.isInteger(order) || order < 0) {
    problems.add(`--folio-size ${folioBytes} is not 4096 times a power of two.`, 'Give 4K, 16K, 64K … 2M.');
  } else if (kind === 'hugetlb' && order !== PMD_ORDER && order !== PUD_ORDER) {
    problems.add('x86-64 has hugetlb folios of 2M and 1G only.', 'Give --folio-size 2M or 1G.');
  } else if (kind !== 'hugetlb' && order > PMD_ORDER) {
    problems.add('folios above 2M exist as hugetlb only.', 'Give --folio-size up to 2M, or --kind hugetlb.');
  } else if (kind === 'ksm' && order > 0) {
    problems.add('KSM merges base pages only.', 'Give --folio-size 4K, or another --kind.');
  } else if (kind === 'anon' && order === 1) {
    problems.add(
      'anonymous memory has no 8K folios (THP_ORDERS_ALL_ANON, include/linux/huge_mm.h).',
      'Give --folio-size 4K or 16K.',
    );
  }
}

function checkCaller(options: SynthOptions, problems: ProblemList): void {
  const { caller, reason } = resolveCaller(options);
  if (caller.reason !== reason) {
    problems.add(
      `--caller ${options.caller} passes the reason ${caller.reason}, not ${reason}.`,
      'Leave out --reason or --caller.',
    );
  }
  if (options.calls !== null) return;
  const refusal = caller.refuses(
    alikeFolios(options, () => Infinity),
    options.kernel,
  );
  if (refusal !== null) {
    problems.add(
      `${caller.title} makes no call with such folios: ${refusal}.`,
      'Choose another --folio-size, --kind or --caller, or say with --calls N how many calls share the folios.',
    );
  }
}

function alikeFolios({ folios, folioBytes, kind }: SynthOptions, room: () => number): AlikeFolios {
  return { count: folios, order: orderOf(folioBytes), kind: FOLIO_KIND[kind], room };
}

interface DescribedCalls {
  readonly calls: GrowableTable<typeof CALL_SCHEMA>;
  readonly runs: GrowableTable<typeof FOLIO_RUN_SCHEMA>;
  readonly notes: readonly string[];
}

function noCalls(): DescribedCalls {
  return { calls: new GrowableTable(CALL_SCHEMA), runs: new GrowableTable(FOLIO_RUN_SCHEMA), notes: [] };
}

/** Thrown out of a caller that would go on for too long. */
class TooManyCalls extends Error {}

function describeCalls(
  options: SynthOptions,
  { caller, mode, reason }: ResolvedCaller,
  problems: ProblemList,
): DescribedCalls {
  const { calls, runs } = noCalls();
  const writer = new RunWriter(options, mode, reason, runs);
  let reached = 0;
  let behind = 0;
  const make = (ranges: readonly FolioRange[]): CallOutcome => {
    if (calls.length === MAX_CALLS) throw new TooManyCalls();
    const row = calls.push();
    const { columns } = calls;
    const cpu = row % options.cpus;
    columns.endNs[row] = Number.NaN;
    columns.cpu[row] = cpu;
    columns.pid[row] = FIRST_PID + cpu;
    columns.comm[row] = 1;
    columns.mode[row] = MIGRATE_MODES.indexOf(mode);
    columns.reason[row] = MIGRATE_REASONS.indexOf(reason);
    columns.flags[row] = CALL_FLAGS.described;
    columns.mmCpus[row] = options.mmCpus;
    columns.firstRun[row] = runs.length;
    const outcome = writer.writeCall(ranges);
    columns.runCount[row] = runs.length - columns.firstRun[row];
    for (const { first, end } of ranges) {
      reached += Math.max(0, end - Math.max(first, behind));
      behind = Math.max(behind, end);
    }
    return outcome;
  };
  if (options.calls !== null) {
    dealOut(options.folios, options.calls, make);
    return { calls, runs, notes: [] };
  }
  try {
    const folios = alikeFolios(options, () => writer.room());
    const returned = caller.cut(folios, options.kernel, make);
    return { calls, runs, notes: notesOf(options, caller, returned, reached) };
  } catch (error) {
    if (!(error instanceof TooManyCalls)) throw error;
    problems.add(
      `${caller.title} makes more than ${MAX_CALLS} calls with ${options.folios} folios.`,
      'Ask for fewer --folios, or give --calls.',
    );
    return noCalls();
  }
}

/** The same number of folios to each call, or one more. */
function dealOut(folios: number, calls: number, make: (ranges: readonly FolioRange[]) => CallOutcome): void {
  const bound = (call: number) => Math.floor((folios * call) / calls);
  for (let call = 0; call < calls; call++) make([{ first: bound(call), end: bound(call + 1) }]);
}

/** What the caller did, for people. */
function notesOf(
  { folios, kernel }: SynthOptions,
  caller: Caller,
  returned: number,
  reached: number,
): string[] {
  const notes = [`calls as made by ${caller.title}, rules of ${kernel}: ${caller.holds}`];
  if (returned !== 0) notes.push(`the caller ends with ${returned}`);
  if (reached < folios) notes.push(`${folios - reached} of ${folios} folios are in no call`);
  return notes;
}

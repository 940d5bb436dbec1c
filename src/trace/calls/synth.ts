/**
 * Describes a workload in a few numbers: so many folios of one size, moved from one node to another by
 * so many calls, some of them pinned, locked, under writeback, freed, or without a destination.
 */
import { GrowableTable, emptyTable } from '../../base/columns';
import type { Parsed } from '../../base/problem';
import { ProblemList } from '../../base/problem';
import { createRng } from '../../base/rng';
import type { Rng } from '../../base/rng';
import { PAGE_BYTES, PMD_ORDER } from '../../base/units';
import {
  CALL_FLAGS,
  CALL_SCHEMA,
  FOLIO_FATES,
  FOLIO_KINDS,
  FOLIO_MAPPINGS,
  FOLIO_RUN_SCHEMA,
} from '../../engine/folio/workload';
import type { FolioFate, FolioKind } from '../../engine/folio/workload';
import { MIGRATE_MODES, MIGRATE_REASONS } from '../../engine/kernel/modes';
import type { MigrateMode, MigrateReason } from '../../engine/kernel/modes';
import { EVENT_SCHEMA, FOLIO_TIME_SCHEMA } from '../model';
import type { MigrationTrace } from '../model';

/** `shared` is shared anonymous memory and tmpfs (shmem). */
export const SYNTH_KINDS = ['anon', 'file', 'shared', 'hugetlb'] as const;
export type SynthKind = (typeof SYNTH_KINDS)[number];

export interface SynthOptions {
  /** Bytes of a folio: 4096 times a power of two. */
  readonly folioBytes: number;
  /** Folios in all, over all calls. */
  readonly folios: number;
  readonly from: number;
  readonly to: number;
  /** migrate_pages() calls; the folios are dealt out evenly, in order. */
  readonly calls: number;
  /** Migrating CPUs 0 … cpus − 1, a task each; call i runs on CPU i mod cpus. All calls are due at time 0. */
  readonly cpus: number;
  readonly reason: MigrateReason;
  readonly mode: MigrateMode;
  readonly kind: SynthKind;
  /** Page tables that map each folio; 0: in none. */
  readonly mappings: number;
  /** CPUs that ran the mm. */
  readonly mmCpus: number;
  /** Folios that another user holds a reference to, and how: FOLL_GET or FOLL_PIN. */
  readonly pinned: number;
  readonly pin: 'get' | 'pin';
  /** Folios that are locked, under writeback, freed meanwhile. */
  readonly locked: number;
  readonly writeback: number;
  readonly freed: number;
  /** Base pages that are free on the destination node; null: enough. */
  readonly destFreePages: number | null;
  /** Where the special folios lie in the list. */
  readonly seed: number;
}

export const SYNTH_DEFAULTS: SynthOptions = {
  folioBytes: PAGE_BYTES,
  folios: 65_536,
  from: 1,
  to: 0,
  calls: 1,
  cpus: 1,
  reason: 'syscall_or_cpuset',
  mode: 'MIGRATE_SYNC',
  kind: 'anon',
  mappings: 1,
  mmCpus: 1,
  pinned: 0,
  pin: 'get',
  locked: 0,
  writeback: 0,
  freed: 0,
  destFreePages: null,
  seed: 1,
};

const FOLIO_KIND: Readonly<Record<SynthKind, FolioKind>> = {
  anon: 'anon',
  file: 'file',
  shared: 'shmem',
  hugetlb: 'hugetlb',
};

/** User address of the first folio; a multiple of every folio size. */
const FIRST_ADDRESS = 0x7f00_0000_0000;
/** Process of CPU 0; the tasks of further CPUs count up. */
const FIRST_PID = 1000;
/** Order of a 1 GiB hugetlb folio. */
const PUD_ORDER = 18;
const MAX_SPECIAL = 2 ** 22;
const MAX_CALLS = 2 ** 20;

/** The workload of `options`. With problems, the trace is empty. Same options, same trace. */
export function describeWorkload(options: SynthOptions): Parsed<MigrationTrace> {
  const problems = new ProblemList();
  checkOptions(options, problems);
  const calls = new GrowableTable(CALL_SCHEMA);
  const runs = new GrowableTable(FOLIO_RUN_SCHEMA);
  if (problems.count === 0) describeCalls(options, calls, runs);
  return problems.parsed({
    provenance: {
      format: 'migtrace',
      origin: 'described',
      kernel: null,
      clock: null,
      source: '',
      sha256: '',
      notes: [`described by migtrace synth, seed ${options.seed}`],
    },
    machine: null,
    span: { startNs: 0, endNs: 0 },
    workload: { calls: calls.finish(), folioRuns: runs.finish(), comms: ['', 'synth'] },
    events: emptyTable(EVENT_SCHEMA),
    folioTimes: emptyTable(FOLIO_TIME_SCHEMA),
    timings: [],
    strings: [],
    lines: 0,
    lostEvents: 0,
    eventCounts: {},
  });
}

function orderOf(folioBytes: number): number {
  return Math.log2(folioBytes / PAGE_BYTES);
}

/** Ranges of the numbers: [lowest, highest, the option as the command line spells it]. */
const RANGES: Readonly<Partial<Record<keyof SynthOptions, readonly [number, number, string]>>> = {
  folios: [1, 2 ** 32 - 1, '--folios'],
  from: [0, 32_767, '--from'],
  to: [0, 32_767, '--to'],
  calls: [1, MAX_CALLS, '--calls'],
  cpus: [1, 65_536, '--cpus'],
  mappings: [0, 65_535, '--mappings'],
  mmCpus: [0, 65_535, '--mm-cpus'],
  pinned: [0, MAX_SPECIAL, '--pinned'],
  locked: [0, MAX_SPECIAL, '--locked'],
  writeback: [0, MAX_SPECIAL, '--writeback'],
  freed: [0, MAX_SPECIAL, '--freed'],
  destFreePages: [0, Number.MAX_SAFE_INTEGER, '--dest-free-pages'],
  seed: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, '--seed'],
};

function checkOptions(options: SynthOptions, problems: ProblemList): void {
  for (const [name, [lowest, highest, option]] of Object.entries(RANGES)) {
    const value = options[name as keyof SynthOptions];
    if (value === null || (Number.isInteger(value) && Number(value) >= lowest && Number(value) <= highest))
      continue;
    problems.add(`${option} ${value} is out of range.`, `Give an integer from ${lowest} to ${highest}.`);
  }
  checkFolioSize(options, problems);
  const { folios, from, to, calls, pinned, locked, writeback, freed, kind, mappings } = options;
  if (from === to) {
    problems.add(
      `--from and --to are both node ${from}: the kernel leaves such folios where they are.`,
      'Name two nodes.',
    );
  }
  if (calls > folios) {
    problems.add(`${calls} calls cannot share ${folios} folios.`, 'Each call needs one: lower --calls.');
  }
  if (pinned + locked + writeback + freed > folios) {
    problems.add(
      `${pinned + locked + writeback + freed} folios are to be pinned, locked, under writeback or freed, of ${folios}.`,
      'Ask for fewer of them, or for more --folios; a folio is one of these at a time.',
    );
  }
  if (kind === 'hugetlb' && writeback > 0) {
    problems.add(
      'hugetlb folios are never under writeback.',
      'Leave out --writeback, or choose another --kind.',
    );
  }
  if (kind === 'anon' && mappings === 0) {
    problems.add('anonymous folios are mapped.', 'Give --mappings 1 or more, or --kind file or shared.');
  }
  if (mappings === 0 && pinned > 0 && options.pin === 'pin') {
    problems.add('FOLL_PIN takes its reference through a page table.', 'Give --mappings 1, or --pin get.');
  }
}

function checkFolioSize({ folioBytes, kind }: SynthOptions, problems: ProblemList): void {
  const order = orderOf(folioBytes);
  if (!Number.isInteger(order) || order < 0) {
    problems.add(`--folio-size ${folioBytes} is not 4096 times a power of two.`, 'Give 4K, 16K, 64K … 2M.');
  } else if (kind === 'hugetlb' && order !== PMD_ORDER && order !== PUD_ORDER) {
    problems.add('x86-64 has hugetlb folios of 2M and 1G only.', 'Give --folio-size 2M or 1G.');
  } else if (kind !== 'hugetlb' && order > PMD_ORDER) {
    problems.add('folios above 2M exist as hugetlb only.', 'Give --folio-size up to 2M, or --kind hugetlb.');
  } else if (kind === 'anon' && order === 1) {
    problems.add(
      'anonymous memory has no 8K folios (THP_ORDERS_ALL_ANON, include/linux/huge_mm.h).',
      'Give --folio-size 4K or 16K.',
    );
  }
}

/** A folio that something is the matter with, at its place in the list of all calls. */
interface Special {
  readonly at: number;
  readonly fate: FolioFate;
}

function describeCalls(
  options: SynthOptions,
  calls: GrowableTable<typeof CALL_SCHEMA>,
  runs: GrowableTable<typeof FOLIO_RUN_SCHEMA>,
): void {
  const specials = placeSpecials(options);
  const writer = new RunWriter(options, runs);
  let next = 0;
  for (let call = 0; call < options.calls; call++) {
    const row = calls.push();
    const { columns } = calls;
    const cpu = call % options.cpus;
    columns.endNs[row] = Number.NaN;
    columns.cpu[row] = cpu;
    columns.pid[row] = FIRST_PID + cpu;
    columns.comm[row] = 1;
    columns.mode[row] = MIGRATE_MODES.indexOf(options.mode);
    columns.reason[row] = MIGRATE_REASONS.indexOf(options.reason);
    columns.flags[row] = CALL_FLAGS.described;
    columns.mmCpus[row] = options.mmCpus;
    columns.firstRun[row] = runs.length;
    const end = Math.floor((options.folios * (call + 1)) / options.calls);
    writer.startCall();
    for (; next < specials.length && specials[next]!.at < end; next++) {
      const { at, fate } = specials[next]!;
      writer.add(at - writer.folio, 'movable');
      writer.add(1, fate);
    }
    writer.add(end - writer.folio, 'movable');
    columns.runCount[row] = runs.length - columns.firstRun[row];
  }
}

/** Every special folio at a place of its own, in the order of the list. */
function placeSpecials(options: SynthOptions): Special[] {
  const { pinned, locked, writeback, freed, folios, kind, mappings } = options;
  // FOLL_PIN bars the unmap only of exclusive anonymous pages; elsewhere it is one more reference.
  const exclusive = (kind === 'anon' || kind === 'hugetlb') && mappings === 1;
  const pinFate: FolioFate = options.pin === 'pin' && exclusive ? 'pinned-pin' : 'pinned-get';
  const fates: FolioFate[] = [
    ...Array<FolioFate>(pinned).fill(pinFate),
    ...Array<FolioFate>(locked).fill('locked'),
    ...Array<FolioFate>(writeback).fill('writeback'),
    ...Array<FolioFate>(freed).fill('freed'),
  ];
  const rng = createRng(options.seed);
  const places = sample(folios, fates.length, rng);
  for (let i = fates.length - 1; i > 0; i--) {
    const other = Math.floor(rng.next() * (i + 1));
    [fates[i], fates[other]] = [fates[other]!, fates[i]!];
  }
  return places.map((at, i) => ({ at, fate: fates[i]! }));
}

/** `count` different numbers below `below`, ascending, each set equally likely (Floyd's sampling without replacement). */
function sample(below: number, count: number, rng: Rng): number[] {
  const chosen = new Set<number>();
  for (let last = below - count; last < below; last++) {
    const pick = Math.floor(rng.next() * (last + 1));
    chosen.add(chosen.has(pick) ? last : pick);
  }
  return [...chosen].toSorted((a, b) => a - b);
}

/** Appends folios to the runs of a call: joins those that are alike, and hands out what is free on the destination. */
class RunWriter {
  /** Folios written so far. */
  folio = 0;
  private readonly options: SynthOptions;
  private readonly runs: GrowableTable<typeof FOLIO_RUN_SCHEMA>;
  private readonly order: number;
  /** Base pages still free on the destination. */
  private free: number;
  private joins = false;

  constructor(options: SynthOptions, runs: GrowableTable<typeof FOLIO_RUN_SCHEMA>) {
    this.options = options;
    this.runs = runs;
    this.order = orderOf(options.folioBytes);
    this.free = options.destFreePages ?? Number.POSITIVE_INFINITY;
  }

  startCall(): void {
    this.joins = false;
  }

  /** `count` folios of `fate`, as far as the destination has room: the rest find none. */
  add(count: number, fate: FolioFate): void {
    if (fate === 'freed') {
      this.write(count, fate, 0);
      return;
    }
    const pages = 2 ** this.order;
    const fit = Math.min(count, Math.floor(this.free / pages));
    if (fit > 0) this.write(fit, fate, 0);
    if (this.takes(fate)) this.free -= fit * pages;
    if (fit === count) return;
    // The first folio that does not fit is split, and its parts take what is left; the next find nothing.
    // A folio that is pinned, locked or under writeback cannot be split.
    const splits =
      this.order > 0 && this.options.kind !== 'hugetlb' && this.options.reason !== 'numa_misplaced';
    const without = splits && fate !== 'movable' ? 'no-destination-split-fails' : 'no-destination';
    const parts = splits && fate === 'movable' ? Math.min(this.free, 65_535) : 0;
    this.free -= parts;
    this.write(1, without, parts);
    this.write(count - fit - 1, without, 0);
  }

  /** Whether a folio of `fate` ends on the destination; one that fails gives its place back (what it holds while its batch runs is left out here). */
  private takes(fate: FolioFate): boolean {
    const waits = this.options.mode === 'MIGRATE_SYNC';
    return fate === 'movable' || (waits && (fate === 'locked' || fate === 'writeback'));
  }

  private write(count: number, fate: FolioFate, partsMoved: number): void {
    if (count === 0) return;
    const { columns } = this.runs;
    const code = FOLIO_FATES.indexOf(fate);
    const last = this.runs.length - 1;
    const alike =
      this.joins && columns.fate[last] === code && columns.partsMoved[last] === 0 && partsMoved === 0;
    if (alike) columns.count[last]! += count;
    else this.push(count, code, partsMoved);
    this.folio += count;
    this.joins = true;
  }

  private push(count: number, fate: number, partsMoved: number): void {
    const { kind, mappings, from, to, folioBytes } = this.options;
    const row = this.runs.push();
    const { columns } = this.runs;
    const mapping = mappings === 0 ? 'none' : this.order === PMD_ORDER && kind !== 'hugetlb' ? 'pmd' : 'pte';
    columns.count[row] = count;
    columns.order[row] = this.order;
    columns.kind[row] = FOLIO_KINDS.indexOf(FOLIO_KIND[kind]);
    columns.fate[row] = fate;
    columns.mapping[row] = FOLIO_MAPPINGS.indexOf(mapping);
    columns.mappings[row] = mappings;
    columns.address[row] = mappings === 0 ? -1 : FIRST_ADDRESS + this.folio * folioBytes;
    columns.from[row] = from;
    columns.to[row] = to;
    columns.partsMoved[row] = partsMoved;
  }
}

/**
 * A run: what happened to every folio, when, on which CPU and channel. Observed runs (what a kernel
 * recorded) and simulated ones have this one type. A run needs its trace no more: it carries its
 * configuration, machine and provenance, and survives structured clone.
 *
 * Time is not stored per folio. A batch is a handful of *segments*; a segment is a stretch of equal
 * steps over folios that follow each other in the run's order, so each folio's own times are rebuilt
 * as `start + i * period` when someone looks (probe/folioTimes.ts). Only observed runs, whose times
 * follow no law, carry per-folio columns.
 */
import type { Schema, Table } from '../../base/columns';
import type { MeanSd } from '../../base/statistics';
import type { MigrateReason } from '../kernel/modes';
import type { MigrateTotals } from '../kernel/totals';
import type { IommuMode, Machine } from '../machine/machine';
import type { Shapes } from './segmentShapes';

/** The five accounts that the phases of a call add up in. Index = code. */
export const PHASES = ['unmap', 'flush', 'copy', 'remap', 'other'] as const;
export type Phase = (typeof PHASES)[number];

/** Which accounts of an observed call were measured; the others are within its `other`. */
export const MEASURED = { total: 1, unmap: 2, flush: 4, copy: 8, remap: 16 } as const;

/** What a folio does in a step. Index = code in SEGMENT_SHAPES. */
export const STEPS = [
  'entry', // call overhead, no folio
  'alloc', // destination allocated, source locked
  'unmap',
  'flush',
  'switch', // mapping, flags and metadata moved to the destination
  'copy', // by this CPU
  'remap',
  'finish', // LRU, unlock, free the source
  'undo',
  'split',
  'dmaMap',
  'dmaSubmit',
  'dmaWait', // the engine works, the CPU polls
  'dmaUnmap',
  'recopy', // the second, accidental copy of v1 patch 5/5
  'retry', // a move attempt that returned -EAGAIN
  'wait', // asleep for a folio lock or for writeback
] as const;
export type Step = (typeof STEPS)[number];

/** Which account a step is charged to. */
export const STEP_PHASE = {
  entry: 'other',
  alloc: 'unmap',
  unmap: 'unmap',
  flush: 'flush',
  switch: 'other',
  copy: 'copy',
  remap: 'remap',
  finish: 'other',
  undo: 'other',
  split: 'other',
  dmaMap: 'copy',
  dmaSubmit: 'copy',
  dmaWait: 'copy',
  dmaUnmap: 'copy',
  recopy: 'copy',
  retry: 'other',
  wait: 'other',
} as const satisfies Record<Step, Phase>;

/** A kind of segment names the steps each of its folios goes through, in order. */
export const SEGMENT_SHAPES = {
  entry: ['entry'],
  /** alloc, unmap and, where the flush is not deferred, flush. */
  unmap: ['alloc', 'unmap', 'flush'],
  /** A try that ends before or in unmap: nothing is left unmapped. */
  unmapFails: ['alloc', 'unmap', 'flush'],
  /** The batched flush; all folios of the segment at once (period 0, its step once). */
  flush: ['flush'],
  /** 6.8 and earlier, serial: mapping first, then copy, then remap, folio by folio. */
  moveSwitchCopy: ['switch', 'copy', 'remap', 'finish'],
  /** 6.11 and later, serial: copy first. */
  moveCopySwitch: ['copy', 'switch', 'remap', 'finish'],
  /** 6.1 and 6.2: each folio is unmapped and moved before the next is looked at. */
  unmapAndMove: ['alloc', 'unmap', 'flush', 'switch', 'copy', 'remap', 'finish'],
  /** The same when the move fails: the folio is given back at once. */
  unmapAndUndo: ['alloc', 'unmap', 'flush', 'retry', 'undo', 'remap'],
  switch: ['switch'],
  copy: ['copy'],
  recopy: ['recopy'],
  dma: ['dmaMap', 'dmaSubmit', 'dmaWait', 'dmaUnmap'],
  remap: ['remap', 'finish'],
  retry: ['retry'],
  undo: ['undo', 'remap'],
  split: ['split'],
  /** Once per call, before its first copy: cold code, TLB, prefetchers; or an idle engine. No folio. */
  coldCopy: ['copy'],
  /** Scatter-list offload: map and submit a folio's entries, unmap them. */
  setup: ['dmaMap', 'dmaSubmit'],
  release: ['dmaUnmap'],
  /** Per-channel work, the doorbell, or the caller's sleep until its copies are done. No folio. */
  channelSetup: ['dmaSubmit'],
  sleep: ['dmaWait'],
  /** The caller spins until its copies are done. No folio. */
  poll: ['dmaWait'],
  /** A failed offload is taken back. No folio. */
  abort: ['dmaUnmap'],
  /** Speculative: destinations allocated before the copy of folios that are still mapped. */
  prepare: ['alloc'],
  /** Unmap after a sleep until another task gives up the folio's lock, or until its writeback ends. */
  unmapAfterWait: ['alloc', 'wait', 'unmap', 'flush'],
  /** A folio on a channel or worker thread: not the migrating CPU's time. */
  remoteCopy: ['copy'],
  /** Speculative: the folios are still mapped. */
  setupMapped: ['dmaMap', 'dmaSubmit'],
  remoteCopyMapped: ['copy'],
  /** 6.11 and later with the content at the destination already: mapping and remap. */
  moveCopied: ['switch', 'remap', 'finish'],
  /** The last other reference was gone: nothing to move. */
  freed: ['finish'],
  /** A dirty folio is written out, asleep, its old entries back; or it had none and stays unmapped (6.12 and earlier, SYNC). */
  writeOut: ['remap', 'wait'],
  writeOutUnmapped: ['remap', 'wait'],
  /** Unlocked and put on the list again; its old entries are back already. */
  putBack: ['undo'],
} as const satisfies Record<string, readonly Step[]>;
export type SegmentKind = keyof typeof SEGMENT_SHAPES;
export const SEGMENT_KINDS = Object.keys(SEGMENT_SHAPES) as SegmentKind[];

/**
 * Times are picoseconds from the start of the run. Segments of one lane never overlap; those of one
 * batch are contiguous in [firstSegment, firstSegment + segmentCount).
 */
export const SEGMENT_SCHEMA = {
  /** Index in SEGMENT_KINDS. */
  kind: 'u8',
  batch: 'u32',
  start: 'f64',
  /** Time per folio: the sum of its steps. The segment ends at start + count * period (period 0: after its first step). */
  period: 'f64',
  /** Row of `Run.shapes`: the durations of the steps, see `stepDuration`. */
  shape: 'u32',
  /** Folios [first, first + count) of the run, each once, in this order. */
  first: 'u32',
  count: 'u32',
  /** DMA channel of a dma segment, else -1. */
  channel: 'i16',
} as const satisfies Schema;
export type Segments = Table<typeof SEGMENT_SCHEMA>;

export const BATCH_KINDS = ['batch', 'alone', 'split', 'finish'] as const;

export const BATCH_SCHEMA = {
  call: 'u32',
  /** One migrate_pages_batch(): the batch itself, one folio tried alone (SYNC), or the parts of split folios; `finish`: the second half of a batch whose copy ran beside other work (async). Code of BATCH_KINDS. */
  kind: 'u8',
  start: 'f64',
  end: 'f64',
  firstSegment: 'u32',
  segmentCount: 'u32',
  /** The folios it deals with lie in [first, first + count). */
  first: 'u32',
  count: 'u32',
  /** Base pages of those. */
  pages: 'u32',
  /** Base pages whose fate is settled in this batch: moved, and failed. Sums over a call give its totals. */
  moved: 'u32',
  failed: 'u32',
} as const satisfies Schema;
export type Batches = Table<typeof BATCH_SCHEMA>;

export const RUN_CALL_SCHEMA = {
  /** Row of the workload's calls. */
  source: 'u32',
  /** Index in `lanes`: the migrating CPU. */
  lane: 'u16',
  mode: 'u8',
  reason: 'u8',
  start: 'f64',
  end: 'f64',
  /** Sums by account; they add up to end - start. */
  unmap: 'f64',
  flush: 'f64',
  copy: 'f64',
  remap: 'f64',
  other: 'f64',
  /** Of these, time asleep: what other tasks can have. */
  slept: 'f64',
  /** Bits of MEASURED: the accounts that a recorder timed. 0 in simulated runs, and where a recording holds no more than events. */
  measured: 'u8',
  firstBatch: 'u32',
  batchCount: 'u32',
  /** Folios of the call: [first, first + count) of the run. */
  first: 'u32',
  count: 'u32',
  /** Base pages given. */
  pages: 'f64',
  nr_succeeded: 'f64',
  nr_failed: 'f64',
  nr_thp_succeeded: 'f64',
  nr_thp_failed: 'f64',
  nr_thp_split: 'f64',
  nr_split: 'f64',
  /** Pages neither succeeded nor failed: only after an -ENOMEM. */
  untried: 'f64',
  /** Return value of migrate_pages(): folios not migrated, or -12 (-ENOMEM). NaN in observed runs. */
  returned: 'f64',
} as const satisfies Schema;
export type RunCalls = Table<typeof RUN_CALL_SCHEMA>;

/** How a folio ended. Index = code in `RunFolios.result`. */
export const FOLIO_RESULTS = ['unknown', 'moved', 'failed', 'untried', 'split'] as const;
export type FolioResult = (typeof FOLIO_RESULTS)[number];

/** Folios of a run, run-length coded: row i covers folios [first, first + count). Rows are in folio order and leave no gap. */
export const RUN_FOLIO_SCHEMA = {
  first: 'u32',
  count: 'u32',
  order: 'u8',
  kind: 'u8',
  fate: 'u8',
  mapping: 'u8',
  result: 'u8',
  from: 'i16',
  to: 'i16',
  /** User address of the first folio, or -1. */
  address: 'f64',
} as const satisfies Schema;
export type RunFolios = Table<typeof RUN_FOLIO_SCHEMA>;

/** Observed runs only: per folio, when its first migration entry appeared and its last one went; ps from the start, NaN where not seen. */
export const OBSERVED_TIME_SCHEMA = { unmapped: 'f64', remapped: 'f64' } as const satisfies Schema;
export type ObservedTimes = Table<typeof OBSERVED_TIME_SCHEMA>;

export const COPY_PATHS = [
  'serial',
  'batch-cpu',
  'dcbm-v1',
  'dcbm-v2',
  'threads',
  'dcbm-v3',
  'precopy-v4',
  'precopy',
  'async',
  'speculative',
  'adaptive',
] as const;
export type CopyPathName = (typeof COPY_PATHS)[number];

export const KERNEL_RULES = ['6.1', '6.8', '6.12', '7.2'] as const;
export type KernelRulesName = (typeof KERNEL_RULES)[number];

/** How a DMA engine can fail a batch, in the order in which a driver meets it. docs/MODEL.md says what each costs. */
export const FAULT_STAGES = [
  'no-channel',
  'map-error',
  'unequal-segments',
  'submit-error',
  'error-completion',
  'timeout',
  'channel-lost',
] as const;
export type FaultStage = (typeof FAULT_STAGES)[number];

/** Offload attempts that fail: number `first` (from 0, in the order in which they begin), and each `every`-th after it (0: no other). */
export interface FaultPlan {
  readonly stage: FaultStage;
  readonly first: number;
  readonly every: number;
}

export const DIVIDERS = ['folios', 'bytes', 'stealing'] as const;
export type Divider = (typeof DIVIDERS)[number];

export interface RunConfig {
  readonly path: CopyPathName;
  readonly kernel: KernelRulesName;
  /** Batch limit in base pages (NR_MAX_BATCHED_MIGRATION, mm/migrate.c: 512). */
  readonly batchPages: number;
  /** DMA channels asked for (nr_dma_chan, 1 … 16). */
  readonly channels: number;
  /** Worker threads of mtcopy (1 … 32), and whether they are spread over CCDs or fill one first. */
  readonly threads: number;
  readonly placement: 'spread' | 'fill';
  /** Reasons whose batches are offloaded by the pre-copy designs (v6: reason_mask). */
  readonly reasons: 'all' | readonly MigrateReason[];
  /** Folios below which the pre-copy designs do not offload a batch; 1: never too few. */
  readonly minBatch: number;
  /** How a batch is divided over channels: by folios as dcbm does, by bytes, or taken in chunks by whichever channel is free. */
  readonly divider: Divider;
  /** Whether the caller sleeps until the interrupt, or polls. */
  readonly completion: 'interrupt' | 'poll';
  /** Which descriptors have a callback that the caller waits for: the last of each channel, or every one. */
  readonly callback: 'last' | 'every';
  /** The machine's own mode, or another one. */
  readonly iommu: 'machine' | IommuMode;
  /** Writes per second to each folio while it is copied (speculative design). */
  readonly writeRate: number;
  /** Whether the first touch of contents that an engine left in no cache is charged to user space. A model, off by default. */
  readonly coldCache: boolean;
  readonly faults: readonly FaultPlan[];
  /** Runs the statistics are taken over, and the seed of the first. The run itself has the machine's mean costs. */
  readonly runs: number;
  readonly seed: number;
}

export interface RunProvenance {
  readonly input: string;
  readonly sha256: string;
}

/** What that kernel would print, and the flushes it would do. */
export interface EventCounts {
  set_migration_pte: number;
  remove_migration_pte: number;
  set_migration_pmd: number;
  remove_migration_pmd: number;
  tlb_flush_operations: number;
}

export interface DmaAccount {
  /** ps busy, by channel. */
  readonly busy: readonly number[];
  readonly descriptors: number;
  readonly bytes: number;
  /** Folios copied by the CPU though the design offloads. */
  readonly fallbackFolios: number;
  readonly refusedBatches: number;
  /** Folios whose batched copy was thrown away because their move failed afterwards. */
  readonly wastedCopies: number;
  /** ps that migrating CPUs slept while others copied. */
  readonly slept: number;
  /** The driver's counters: folios of batches it copied, and of batches it failed. */
  readonly foliosMigrated: number;
  readonly foliosFailures: number;
  /** Failed attempts by stage, injected ones and real refusals. */
  readonly failures: Readonly<Record<FaultStage, number>>;
  readonly interrupts: number;
  /** ps that other CPUs spent in interrupt handlers. */
  readonly interruptTime: number;
  /** Folios remapped before an out-of-order engine had copied them. */
  readonly prematureFolios: number;
  /** Folios copied a second time because they were written meanwhile (speculative design). */
  readonly rewrittenFolios: number;
  /** Batches left to the CPU by prediction (adaptive design). */
  readonly declinedBatches: number;
  /** ps that user space loses at the first touch of cold contents; 0 unless `config.coldCache`. */
  readonly coldTouch: number;
}

/** Statistics over `config.runs` runs; cycles per base page as in the cover letter's table. */
export interface RunStatistics {
  readonly migratePagesCycles: MeanSd;
  readonly folioCopyCycles: MeanSd;
  /** F = (t3-t2)/(t4-t1), mean of the runs' own ratios. */
  readonly fraction: MeanSd;
  readonly throughputGBps: MeanSd;
}

export interface Run {
  readonly kind: 'observed' | 'simulated';
  /** `serial 6.12`, `dcbm v1`, `observed` … */
  readonly title: string;
  /** null for an observed run. */
  readonly config: RunConfig | null;
  /** null where nothing is known. */
  readonly machine: Machine | null;
  readonly provenance: RunProvenance;
  /** End of the run, ps. */
  readonly end: number;
  /** Names of the migrating CPUs and of the DMA channels. */
  readonly lanes: readonly string[];
  readonly channels: readonly string[];
  readonly calls: RunCalls;
  readonly batches: Batches;
  readonly segments: Segments;
  /** Durations that segments share. */
  readonly shapes: Shapes;
  readonly folios: RunFolios;
  readonly folioCount: number;
  readonly observedTimes: ObservedTimes | null;
  readonly totals: MigrateTotals;
  readonly untried: number;
  readonly events: EventCounts;
  readonly dma: DmaAccount;
  /** null for an observed run: one recording has no spread. */
  readonly statistics: RunStatistics | null;
}

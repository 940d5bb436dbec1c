/**
 * The one model behind every trace format: what was recorded (calls, folios, events, timings), on
 * which machine, by whom. Readers fill it, `.migtrace` stores it, views and the engine start from it.
 */
import type { Schema, Table } from '../base/columns';
import type { TraceSums } from './calls/traceSums';
import type { Workload } from '../engine/folio/workload';

export const TRACE_FORMATS = [
  'migtrace',
  'ftrace-text',
  'trace-dat',
  'perf-data',
  'perf-script',
  'function-graph',
  'migrate-stage',
] as const;
export type TraceFormat = (typeof TRACE_FORMATS)[number];

export interface TraceProvenance {
  /** The format the events were first recorded in; a converted trace keeps it. */
  readonly format: TraceFormat;
  /** `recorded` by a kernel, or `described` by a person or a generator. */
  readonly origin: 'recorded' | 'described';
  /** Kernel release, e.g. 6.12.107; null where the trace does not say. */
  readonly kernel: string | null;
  /** tracefs trace_clock (`local`, `global`, `mono` …); null where the trace does not say. */
  readonly clock: string | null;
  /** File name it was read from, without folders; empty for stdin. */
  readonly source: string;
  /** SHA-256 of the original input, hex; empty until someone computes it. */
  readonly sha256: string;
  /** Free words: command that was traced, notes of the person who recorded it. */
  readonly notes: readonly string[];
}

export interface TraceNode {
  readonly id: number;
  readonly cpus: readonly number[];
  /** null where unknown. */
  readonly memoryBytes: number | null;
  /** PFN spans [start, end) that lie on this node, where zoneinfo or SRAT told them. */
  readonly pfnSpans: readonly (readonly [number, number])[];
}

/** The machine as the recorder saw it. The engine's costs are not here: see engine/machine. */
export interface TraceMachine {
  readonly name: string;
  readonly nodes: readonly TraceNode[];
  /** SLIT in the order of `nodes`; null where unknown. */
  readonly distances: readonly (readonly number[])[] | null;
  /** A preset or machine file the workload asks to be played on; null = the reader's choice. */
  readonly preset: string | null;
}

/** What an event row is. Index = code in `TraceEvents.type`. */
export const EVENT_TYPES = [
  'mm_migrate_pages_start',
  'mm_migrate_pages',
  'set_migration_pte',
  'remove_migration_pte',
  'set_migration_pmd',
  'remove_migration_pmd',
  'tlb_flush',
  'mm_compaction_migratepages',
  'marker',
  'lost',
  'other',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * One row per event, in the order of the file. What `a`, `b`, `lo` and `hi` hold depends on the type:
 * | type | a | b | lo, hi |
 * |---|---|---|---|
 * | mm_migrate_pages_start, mm_migrate_pages | row in `calls` | – | – |
 * | set/remove_migration_pte | user address | order | the pte, low and high 32 bits |
 * | set/remove_migration_pmd | user address | 9 | the pmd, low and high 32 bits |
 * | tlb_flush | pages (-1 = everything) | reason number | – |
 * | mm_compaction_migratepages | nr_migrated | nr_failed | – |
 * | marker | row in `strings` | – | – |
 * | lost | number of events lost here; -1 = not said | – | – |
 * | other | row in `strings` (the event's name) | – | – |
 */
export const EVENT_SCHEMA = {
  /** ns on the trace's clock. */
  timeNs: 'f64',
  type: 'u8',
  cpu: 'u16',
  pid: 'i32',
  a: 'f64',
  b: 'i32',
  lo: 'u32',
  hi: 'u32',
} as const satisfies Schema;
/** Of a large recording, columns are made when first read: go through `segmentsOf` (base/segments) or `rowsOf`. */
export type TraceEvents = Table<typeof EVENT_SCHEMA>;

/**
 * When the folios of a recorded call were seen to be unmapped and remapped: one row per folio with
 * events, grouped by call, in order of the first set event.
 */
export const FOLIO_TIME_SCHEMA = {
  /** Row in `calls`. */
  call: 'u32',
  /** First set event and last remove event, ns on the trace's clock; NaN where not recorded. */
  unmappedNs: 'f64',
  remappedNs: 'f64',
  address: 'f64',
  /** Source and destination PFN read from the pte; -1 where unknown. */
  fromPfn: 'f64',
  toPfn: 'f64',
  order: 'u8',
  /** 0 unknown, 1 moved, 2 restored. */
  outcome: 'u8',
  /** Times the folio was unmapped (a folio that fails is tried again). */
  tries: 'u8',
  /** Batch within the call, from 0: a run of sets followed by its removes. */
  batch: 'u32',
} as const satisfies Schema;
/** As `TraceEvents`: for large recordings go through `segmentsOf`. */
export type FolioTimes = Table<typeof FOLIO_TIME_SCHEMA>;

export const FOLIO_OUTCOMES = ['unknown', 'moved', 'restored'] as const;

/** A measured duration: function_graph, mm_migrate_stage, or a person's own measurement. */
export interface TraceTiming {
  /** Kernel function or stage. */
  readonly name: string;
  readonly calls: number;
  readonly totalNs: number;
  /** Of these, not within a function that it called and that was traced as well. */
  readonly selfNs?: number;
}

/** A counter that the kernel keeps (a name of /proc/vmstat), read right before and right after the recording. */
export interface TraceCounter {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

/**
 * What a recorder measured within a call of migrate_pages(): one row per call that was measured whole, in the order of the calls.
 * NaN = cannot be told from what was traced. What the phases leave of the total is `other`, allocation included.
 */
export const CALL_PHASE_SCHEMA = {
  /** Row in `calls`. */
  call: 'u32',
  /** t4 - t1: from the entry of migrate_pages() to its return. */
  totalNs: 'f64',
  /** Time within the outermost function of each phase; they do not overlap. */
  unmapNs: 'f64',
  flushNs: 'f64',
  /** t3 - t2, summed over the copies of the call. */
  copyNs: 'f64',
  remapNs: 'f64',
  /** Of the rest: allocation of destination folios, outside of the phases. */
  allocNs: 'f64',
  /** Of unmap: TLB flushes of single entries within it. */
  unmapFlushNs: 'f64',
  /** Copies: folios, or batches where a design copies a batch at once. */
  copies: 'u32',
} as const satisfies Schema;
export type CallPhases = Table<typeof CALL_PHASE_SCHEMA>;

export interface MigrationTrace {
  readonly provenance: TraceProvenance;
  readonly machine: TraceMachine | null;
  /** First and last event, ns on the trace's clock; both 0 for a described workload. */
  readonly span: { readonly startNs: number; readonly endNs: number };
  readonly workload: Workload;
  readonly events: TraceEvents;
  readonly folioTimes: FolioTimes;
  readonly timings: readonly TraceTiming[];
  /** Empty where nobody read them. */
  readonly counters: readonly TraceCounter[];
  readonly callPhases: CallPhases;
  /** Texts of markers and names of other events. */
  readonly strings: readonly string[];
  /** Lines read (text formats), else 0. */
  readonly lines: number;
  /** Events the recorder itself says it lost, -1 where it lost some and does not say how many. */
  readonly lostEvents: number;
  /** Events seen, by kernel name, `other` ones under their own name. */
  readonly eventCounts: Readonly<Record<string, number>>;
  /** Only where nothing else was asked for: then there are no calls, folios and events. */
  readonly sums?: TraceSums;
}

/** The events that the task of one lane of a simulated run would print. */
import type { Run, SegmentKind } from '../../../engine/sim/run';
import { BATCH_KINDS, SEGMENT_KINDS, SEGMENT_SHAPES } from '../../../engine/sim/run';
import { stepDuration } from '../../../engine/sim/segmentShapes';
import { flushPlan, printsPmd } from '../../../engine/kernel/callState';
import { MIGRATE_REASONS } from '../../../engine/kernel/modes';
import type { KernelRules } from '../../../engine/kernel/rules/kernelRules';
import { pageTableEntries } from '../../../engine/machine/costModel';
import type { Workload } from '../../../engine/folio/workload';
import { PAGE_BYTES } from '../../../base/units';
import { EVENT_CODES } from '../../calls/eventColumns';
import type { Entry } from './entries';
import { migrationEntry, presentEntry } from './entries';
import type { FolioBlock } from './simulatedFolios';
import { addressOf, DESTINATION, frameOf, SimulatedFolios } from './simulatedFolios';

/** enum tlb_flush_reason, include/linux/mm_types.h. */
const TLB_LOCAL_MM_SHOOTDOWN = 3;
const TLB_REMOTE_SEND_IPI = 4;
const TLB_FLUSH_ALL = -1;

const ALONE = BATCH_KINDS.indexOf('alone');
const COMPACTION = MIGRATE_REASONS.indexOf('compaction');

/** An event as the columns of model.ts hold it; one object is filled anew for each. Time in ps of the run. */
export interface LaneEvent extends Entry {
  time: number;
  type: number;
  a: number;
  b: number;
  /** Row of `run.calls`. */
  call: number;
}

interface KindEvents {
  /** Position after whose step the set (remove) events are printed, -1 where the kind prints none. */
  readonly set: number;
  readonly remove: number;
  /** The remove events tell of the old place. */
  readonly restores: boolean;
}

const RESTORING: ReadonlySet<SegmentKind> = new Set(['undo', 'unmapAndUndo', 'writeOut']);
/** writeOutUnmapped: in no page table. */
const SILENT: ReadonlySet<SegmentKind> = new Set(['unmapFails', 'writeOutUnmapped']);

const KINDS = SEGMENT_KINDS.map((kind): KindEvents => {
  const shape: readonly string[] = SEGMENT_SHAPES[kind];
  const prints = !SILENT.has(kind);
  return {
    // The entry is written when its flush is done, or left for the batch (try_to_migrate_one(), mm/rmap.c).
    set: prints && shape.includes('unmap') ? Math.max(shape.indexOf('unmap'), shape.indexOf('flush')) : -1,
    remove: prints ? shape.indexOf('remap') : -1,
    restores: RESTORING.has(kind),
  };
});

const FLUSH = SEGMENT_KINDS.indexOf('flush');
const SPLIT = SEGMENT_KINDS.indexOf('split');
const UNMAP_FAILS = SEGMENT_KINDS.indexOf('unmapFails');

export interface LaneInput {
  readonly run: Run;
  readonly workload: Workload;
  readonly rules: KernelRules;
  /** Of each call of the workload: its first frame number. */
  readonly frames: Float64Array;
}

/** Yields one and the same object; times do not fall. */
export function* laneEvents(input: LaneInput, calls: Iterable<number>): Generator<LaneEvent> {
  const { run, workload } = input;
  const folios = new SimulatedFolios(workload);
  const event: LaneEvent = { time: 0, type: 0, a: 0, b: 0, lo: 0, hi: 0, call: 0 };
  const tell = (time: number, type: number, a: number, b: number) => {
    event.time = time;
    event.type = type;
    event.a = a;
    event.b = b;
    event.lo = 0;
    event.hi = 0;
    return event;
  };
  for (const call of calls) {
    const source = run.calls.source[call] as number;
    event.call = call;
    folios.beginCall(source, run.calls.first[call] as number, input.frames[source] as number);
    yield tell(run.calls.start[call] as number, EVENT_CODES.mm_migrate_pages_start, call, 0);
    const first = run.calls.firstBatch[call] as number;
    const last = first + (run.calls.batchCount[call] as number);
    for (let batch = first; batch < last; batch++) yield* batchEvents(input, call, batch, folios, tell);
    const end = run.calls.end[call] as number;
    yield tell(end, EVENT_CODES.mm_migrate_pages, call, 0);
    if (run.calls.reason[call] !== COMPACTION) continue;
    // compact_zone(), mm/compaction.c: pages never tried count as failed.
    const moved = run.calls.nr_succeeded[call] as number;
    yield tell(end, EVENT_CODES.mm_compaction_migratepages, moved, (run.calls.pages[call] as number) - moved);
  }
}

type Tell = (time: number, type: number, a: number, b: number) => LaneEvent;

function* batchEvents(
  { run, workload, rules }: LaneInput,
  call: number,
  batch: number,
  folios: SimulatedFolios,
  tell: Tell,
): Generator<LaneEvent> {
  const { segments, batches } = run;
  const mmCpus = Math.max(1, workload.calls.mmCpus[run.calls.source[call] as number] as number);
  const flushReason = mmCpus === 1 ? TLB_LOCAL_MM_SHOOTDOWN : TLB_REMOTE_SEND_IPI;
  const reason = MIGRATE_REASONS[run.calls.reason[call] as number] ?? null;
  const state = { rules, reason, mmCpus };
  const async = batches.kind[batch] !== ALONE;
  const from = batches.firstSegment[batch] as number;
  const to = from + (batches.segmentCount[batch] as number);
  for (let segment = from; segment < to; segment++) {
    const kind = segments.kind[segment] as number;
    const begin = segments.start[segment] as number;
    const d0 = stepDuration(run, segment, 0);
    const firstFolio = segments.first[segment] as number;
    const count = segments.count[segment] as number;
    if (kind === FLUSH) {
      yield tell(begin + d0, EVENT_CODES.tlb_flush, TLB_FLUSH_ALL, flushReason);
      continue;
    }
    if (kind === SPLIT) {
      yield* splitEvents(folios, firstFolio, begin + d0, flushReason, tell);
      continue;
    }
    const { set, remove, restores } = KINDS[kind] as KindEvents;
    const failsPinned = kind === UNMAP_FAILS && count > 0 && isPinned(folios.blockOf(firstFolio));
    if (count === 0 || (set < 0 && remove < 0 && !failsPinned)) continue;
    const block = folios.blockOf(firstFolio);
    const period = segments.period[segment] as number;
    const flushes = set >= 0 || failsPinned ? flushPlan(state, block.of, async).immediate : 0;
    const flushedPages = block.of.mappingName === 'pmd' && !block.of.hugetlb ? TLB_FLUSH_ALL : 1;
    const setDelay = set >= 0 ? delayOf(run, segment, set) : failsPinned ? period : 0;
    const removeDelay = remove >= 0 ? delayOf(run, segment, remove) : 0;
    for (let folio = firstFolio; folio < firstFolio + count; folio++) {
      const start = begin + (folio - firstFolio) * period;
      if (failsPinned) {
        for (let i = 0; i < flushes; i++)
          yield tell(start + setDelay, EVENT_CODES.tlb_flush, flushedPages, flushReason);
      } else if (set >= 0) yield* sets(block, folio, start + setDelay, flushes, flushReason, tell);
      if (remove >= 0) yield* removes(block, folio, start + removeDelay, restores, tell);
    }
  }
}

/** FOLL_PIN clears the entry, flushes and puts it back before the trace point (mm/rmap.c). */
function isPinned({ of }: FolioBlock): boolean {
  return of.fateName === 'pinned-pin';
}

/** Time from a folio's begin to the end of its step `step`, ps. */
function delayOf(run: Run, segment: number, step: number): number {
  let delay = 0;
  for (let i = 0; i <= step; i++) delay += stepDuration(run, segment, i);
  return Math.min(delay, run.segments.period[segment] as number);
}

/** Each entry is flushed, where it is not left for the batch, and then written. */
function* sets(
  block: FolioBlock,
  folio: number,
  time: number,
  flushes: number,
  flushReason: number,
  tell: Tell,
): Generator<LaneEvent> {
  const { of } = block;
  const isPmd = printsPmd(block);
  const entries = pageTableEntries(of);
  const pages = of.mappingName === 'pmd' || of.hugetlb ? 1 : of.pages;
  const address = addressOf(block, folio);
  const frame = frameOf(block, folio);
  const type = isPmd ? EVENT_CODES.set_migration_pmd : EVENT_CODES.set_migration_pte;
  for (let entry = 0; entry < entries; entry++) {
    if (entry < flushes) yield tell(time, EVENT_CODES.tlb_flush, isPmd ? TLB_FLUSH_ALL : 1, flushReason);
    const page = entry % pages;
    const event = tell(time, type, address + page * PAGE_BYTES, of.order);
    migrationEntry(frame + page, event);
    yield event;
  }
}

function* removes(
  block: FolioBlock,
  folio: number,
  time: number,
  restores: boolean,
  tell: Tell,
): Generator<LaneEvent> {
  const { of } = block;
  const isPmd = printsPmd(block);
  const entries = pageTableEntries(of);
  const pages = of.mappingName === 'pmd' || of.hugetlb ? 1 : of.pages;
  const address = addressOf(block, folio);
  const frame = frameOf(block, folio) + (restores ? 0 : DESTINATION);
  const type = isPmd ? EVENT_CODES.remove_migration_pmd : EVENT_CODES.remove_migration_pte;
  for (let entry = 0; entry < entries; entry++) {
    const page = entry % pages;
    // compound_order() of the page itself: that of the folio for its first page (mm/migrate.c, remove_migration_pte()).
    const event = tell(time, type, address + page * PAGE_BYTES, page === 0 ? of.order : 0);
    presentEntry(frame + page, isPmd, event);
    yield event;
  }
}

/**
 * As printSplit() of engine/kernel/split.ts counts them: of an anonymous folio under a PMD no set is printed
 * (mm/huge_memory.c, __split_huge_pmd_locked()), of one under PTEs all; the parts are mapped back one by one.
 */
function* splitEvents(
  folios: SimulatedFolios,
  folio: number,
  time: number,
  flushReason: number,
  tell: Tell,
): Generator<LaneEvent> {
  const block = folios.blockOf(folio);
  folios.addParts(folio);
  const { of } = block;
  if (of.mappingName === 'none' || of.kind !== ANON) return;
  if (of.mappingName === 'pmd') {
    for (let i = 0; i < of.mappings; i++) yield tell(time, EVENT_CODES.tlb_flush, TLB_FLUSH_ALL, flushReason);
  } else yield* sets(block, folio, time, pageTableEntries(of), flushReason, tell);
  const address = addressOf(block, folio);
  const frame = frameOf(block, folio);
  for (let entry = 0; entry < of.mappings * of.pages; entry++) {
    // remap_page(), mm/huge_memory.c, looks for all mappings of one part before the next.
    const page = Math.floor(entry / of.mappings);
    const event = tell(time, EVENT_CODES.remove_migration_pte, address + page * PAGE_BYTES, 0);
    presentEntry(frame + page, false, event);
    yield event;
  }
}

/** Index in FOLIO_KINDS. */
const ANON = 0;

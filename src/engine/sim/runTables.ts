/** The tables of a run while it is written, and what is summed up over it. */
import { GrowableTable } from '../../base/columns';
import type { EventCounts } from './run';
import { ShapeTable } from './segmentShapes';
import { BATCH_SCHEMA, PHASES, RUN_CALL_SCHEMA, RUN_FOLIO_SCHEMA, SEGMENT_SCHEMA } from './run';

export class RunTables {
  /** Shared by all tables of a run. */
  readonly shapes: ShapeTable;
  readonly segments;
  readonly batches = new GrowableTable(BATCH_SCHEMA, 16);
  readonly calls;
  readonly folios;
  folioCount = 0;
  /** Latest end of anything, ps. */
  end = 0;

  /** Folios of the workload: how far a run has come tells how much room it will need. */
  private readonly folioTotal: number;

  /** Room for `calls` calls over `runs` runs of `folios` folios, and as many segments as are likely; more is made when needed. */
  constructor(calls: number, runs: number, folios = 0, shapes = new ShapeTable(), segments = 0) {
    this.folioTotal = folios;
    this.shapes = shapes;
    this.calls = new GrowableTable(RUN_CALL_SCHEMA, calls);
    this.folios = new GrowableTable(RUN_FOLIO_SCHEMA, runs + 4);
    this.segments = new GrowableTable(SEGMENT_SCHEMA, SEGMENTS_PER_RUN * runs + 16 + segments);
  }

  /** Makes room for the rows of a call; for as many as all calls will have, if they have as many for each folio. */
  reserve(own: RunTables): void {
    const ahead = (SPARE_ROWS * this.folioTotal) / (this.folioCount + own.folioCount);
    for (const name of ['segments', 'batches', 'folios'] as const) {
      const needed = this[name].length + own[name].length;
      this[name].reserve(needed, Math.ceil(needed * Math.max(ahead, LEAST_GROWTH)));
    }
  }

  /** Empties the tables and keeps their room. */
  clear(): void {
    for (const table of [this.segments, this.batches, this.calls, this.folios]) table.clear();
    this.folioCount = 0;
    this.end = 0;
  }
}

/** Room for so many times the rows that are expected; and by how much a table grows where more come. */
const SPARE_ROWS = 1.02;
const LEAST_GROWTH = 1.25;

/** Unmap, flush, copy, move: what a run of folios takes in the plainest case. */
const SEGMENTS_PER_RUN = 4;

/** Sums over all calls of a run; kept also where no table is. */
export interface RunSums {
  readonly events: EventCounts;
  /** ps by account, index as in PHASES. */
  readonly phases: Float64Array;
  calls: number;
  batches: number;
  folios: number;
  /** Base pages given. */
  pages: number;
  /** ps in migrate_pages(), and asleep of that. */
  inCalls: number;
  slept: number;
  end: number;
}

export function createSums(): RunSums {
  return {
    events: {
      set_migration_pte: 0,
      remove_migration_pte: 0,
      set_migration_pmd: 0,
      remove_migration_pmd: 0,
      tlb_flush_operations: 0,
    },
    phases: new Float64Array(PHASES.length),
    calls: 0,
    batches: 0,
    folios: 0,
    pages: 0,
    inCalls: 0,
    slept: 0,
    end: 0,
  };
}

/**
 * Appends a call that was written by itself, its folios and batches numbered from 0. Its segments may stand in
 * any order of their batches: copies that ended after their batch were written late.
 */
export function appendCall(run: RunTables, own: RunTables): void {
  const [firstSegment, firstBatch, firstFolio] = [run.segments.length, run.batches.length, run.folioCount];
  const { order, starts, leads } = orderByBatch(own);
  run.reserve(own);
  const segment = run.segments.append(own.segments, order);
  for (let row = segment; row < run.segments.length; row++) {
    const { batch, first } = run.segments.columns;
    batch[row] = (batch[row] as number) + firstBatch;
    first[row] = (first[row] as number) + firstFolio;
  }
  for (let row = run.batches.append(own.batches); row < run.batches.length; row++) {
    const { call, first, firstSegment: from, segmentCount } = run.batches.columns;
    const local = row - firstBatch;
    call[row] = run.calls.length;
    first[row] = (first[row] as number) + firstFolio;
    const begin = (starts[local] as number) + (leads[local] as number);
    from[row] = firstSegment + begin;
    segmentCount[row] = (starts[local + 1] as number) - begin;
  }
  for (let row = run.folios.append(own.folios); row < run.folios.length; row++) {
    const { first } = run.folios.columns;
    first[row] = (first[row] as number) + firstFolio;
  }
  const row = run.calls.append(own.calls);
  run.calls.columns.firstBatch[row] = firstBatch;
  run.calls.columns.first[row] = firstFolio;
  run.folioCount += own.folioCount;
  run.end = Math.max(run.end, own.end);
}

/**
 * The rows of a call's segments in the order of their batches; where those of each batch begin; and how many of them
 * lead it: segments between two batches (the entry of the call) carry the number of the next one and stand before its own.
 */
function orderByBatch({ segments, batches }: RunTables): {
  /** undefined: as they stand. */
  order: Uint32Array | undefined;
  starts: Uint32Array;
  leads: Uint32Array;
} {
  const { batch } = segments.columns;
  const { firstSegment } = batches.columns;
  const slots = batches.length + 1;
  const starts = new Uint32Array(slots + 1);
  const leads = new Uint32Array(slots);
  let isInOrder = true;
  let before = 0;
  for (let row = 0; row < segments.length; row++) {
    const slot = batch[row] as number;
    if (slot < before) isInOrder = false;
    before = slot;
    starts[slot + 1] = (starts[slot + 1] as number) + 1;
    if (slot < batches.length && row < (firstSegment[slot] as number))
      leads[slot] = (leads[slot] as number) + 1;
  }
  for (let slot = 0; slot < slots; slot++) {
    starts[slot + 1] = (starts[slot + 1] as number) + (starts[slot] as number);
  }
  if (isInOrder) return { order: undefined, starts, leads };
  const next = starts.slice();
  const order = new Uint32Array(segments.length);
  for (let row = 0; row < segments.length; row++) {
    const slot = batch[row] as number;
    order[next[slot] as number] = row;
    next[slot] = (next[slot] as number) + 1;
  }
  return { order, starts, leads };
}

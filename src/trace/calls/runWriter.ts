import { type ColumnsOf, GrowableTable } from '../../base/columns';
import { PAGE_BYTES, pagesOfOrder } from '../../base/units';
import {
  FOLIO_FATES,
  FOLIO_KINDS,
  FOLIO_MAPPINGS,
  FOLIO_RUN_SCHEMA,
  type FolioFate,
  type FolioKind,
  type FolioMapping,
  type FolioRuns,
} from '../../engine/folio/workload';

/** Folios of one description that follow each other in a call's list. */
export interface FolioRun {
  readonly count: number;
  readonly order: number;
  readonly fate: FolioFate;
  readonly kind: FolioKind;
  readonly mapping: FolioMapping;
  readonly mappings: number;
  /** -1 where unknown. */
  readonly address: number;
  /** Nodes the folios lie on and go to, -1 where unknown. */
  readonly from: number;
  readonly to: number;
  readonly partsMoved: number;
  readonly partsFailed: number;
}

const FATE_CODES = codes(FOLIO_FATES);
const KIND_CODES = codes(FOLIO_KINDS);
const MAPPING_CODES = codes(FOLIO_MAPPINGS);
const MAX_MAPPINGS = 0xffff;

/** Writes FolioRuns: alike folios at consecutive addresses (or at unknown ones) become one row. */
export class RunWriter {
  private readonly table = new GrowableTable(FOLIO_RUN_SCHEMA, 1024);
  private firstOfCall = 0;

  /** Rows written so far. */
  get length(): number {
    return this.table.length;
  }

  get columns(): ColumnsOf<typeof FOLIO_RUN_SCHEMA> {
    return this.table.columns;
  }

  /** Forgets all rows. */
  clear(): void {
    // Rows are written whole.
    this.table.length = 0;
  }

  /** The next runs belong to another call and are not joined with the ones before. */
  beginCall(): void {
    this.firstOfCall = this.table.length;
  }

  add(run: FolioRun): void {
    const last = this.table.length - 1;
    if (last >= this.firstOfCall && this.continues(last, run)) {
      this.table.columns.count[last]! += run.count;
      return;
    }
    const row = this.table.push();
    const columns = this.table.columns;
    columns.count[row] = run.count;
    columns.order[row] = run.order;
    columns.kind[row] = KIND_CODES[run.kind];
    columns.fate[row] = FATE_CODES[run.fate];
    columns.mapping[row] = MAPPING_CODES[run.mapping];
    columns.mappings[row] = Math.min(run.mappings, MAX_MAPPINGS);
    columns.address[row] = run.address;
    columns.from[row] = run.from;
    columns.to[row] = run.to;
    columns.partsMoved[row] = run.partsMoved;
    columns.partsFailed[row] = run.partsFailed;
  }

  finish(): FolioRuns {
    return this.table.finish();
  }

  private continues(last: number, run: FolioRun): boolean {
    const columns = this.table.columns;
    const address = columns.address[last]!;
    const expected = address < 0 ? -1 : address + columns.count[last]! * pagesOfOrder(run.order) * PAGE_BYTES;
    return (
      columns.order[last] === run.order &&
      run.address === expected &&
      columns.fate[last] === FATE_CODES[run.fate] &&
      columns.kind[last] === KIND_CODES[run.kind] &&
      columns.mapping[last] === MAPPING_CODES[run.mapping] &&
      columns.mappings[last] === Math.min(run.mappings, MAX_MAPPINGS) &&
      columns.from[last] === run.from &&
      columns.to[last] === run.to &&
      columns.partsMoved[last] === run.partsMoved &&
      columns.partsFailed[last] === run.partsFailed
    );
  }
}

function codes<T extends string>(names: readonly T[]): Readonly<Record<T, number>> {
  return Object.fromEntries(names.map((name, code) => [name, code])) as Record<T, number>;
}

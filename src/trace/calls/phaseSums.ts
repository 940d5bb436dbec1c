/** The phases of migrate_pages() as a recorder measured them, added up over the calls it measured whole. */
import type { ColumnsOf } from '../../base/columns';
import type { CALL_PHASE_SCHEMA } from '../model';

export interface MeasuredPhases {
  /** Calls that were measured whole. */
  readonly calls: number;
  /** Sums over these calls; null where what was traced cannot tell the phase. */
  readonly unmap_ns: number | null;
  readonly flush_ns: number | null;
  readonly copy_ns: number | null;
  readonly remap_ns: number | null;
  /** What the phases that can be told leave of the total. */
  readonly other_ns: number;
  /** t4 - t1. */
  readonly total_ns: number;
  /** Of other: allocation of destinations. */
  readonly alloc_ns: number | null;
  /** Of unmap: TLB flushes of single entries. */
  readonly unmap_flush_ns: number | null;
  /** Folios copied, or batches where a design copies a batch at once. */
  readonly copies: number;
  /** (t3 - t2) / (t4 - t1); null where the copy cannot be told. */
  readonly F: number | null;
}

/** Which accounts what was traced can tell. */
export type SeenPhases = Readonly<
  Record<'unmap' | 'flush' | 'copy' | 'remap' | 'alloc' | 'unmapFlush', boolean>
>;

type PhaseColumns = Omit<ColumnsOf<typeof CALL_PHASE_SCHEMA>, 'call'>;

export class PhaseSumming {
  private calls = 0;
  private total = 0;
  private unmap = 0;
  private flush = 0;
  private copy = 0;
  private remap = 0;
  private alloc = 0;
  private unmapFlush = 0;
  private copies = 0;

  add(phases: PhaseColumns, row: number): void {
    this.calls++;
    this.total += phases.totalNs[row]!;
    this.unmap += phases.unmapNs[row]!;
    this.flush += phases.flushNs[row]!;
    this.copy += phases.copyNs[row]!;
    this.remap += phases.remapNs[row]!;
    this.alloc += phases.allocNs[row]!;
    this.unmapFlush += phases.unmapFlushNs[row]!;
    this.copies += phases.copies[row]!;
  }

  /** null where no call was measured; `seen` where the rows do not say themselves, by NaN, what cannot be told. */
  sums(seen: SeenPhases | null): MeasuredPhases | null {
    if (this.calls === 0) return null;
    const told = (ns: number, isSeen: boolean | undefined): number | null =>
      Number.isNaN(ns) || isSeen === false ? null : ns;
    const unmap = told(this.unmap, seen?.unmap);
    const flush = told(this.flush, seen?.flush);
    const copy = told(this.copy, seen?.copy);
    const remap = told(this.remap, seen?.remap);
    return {
      calls: this.calls,
      unmap_ns: unmap,
      flush_ns: flush,
      copy_ns: copy,
      remap_ns: remap,
      other_ns: this.total - (unmap ?? 0) - (flush ?? 0) - (copy ?? 0) - (remap ?? 0),
      total_ns: this.total,
      alloc_ns: told(this.alloc, seen?.alloc),
      unmap_flush_ns: told(this.unmapFlush, seen?.unmapFlush),
      copies: this.copies,
      F: copy === null || this.total === 0 ? null : copy / this.total,
    };
  }
}

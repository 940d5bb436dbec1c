/** The sums that `migtrace info` shows, added up call by call. */
import { pagesOfOrder } from '../../base/units';
import type { ColumnsOf } from '../../base/columns';
import {
  CALL_FLAGS,
  type CALL_SCHEMA,
  FOLIO_FATES,
  type FOLIO_RUN_SCHEMA,
} from '../../engine/folio/workload';
import { modeName, reasonName } from '../../engine/kernel/modes';
import { type MigrateTotals, TOTAL_NAMES, zeroTotals } from '../../engine/kernel/totals';
import { FOLIO_OUTCOMES } from '../model';
import type { MeasuredPhases } from './phaseSums';

export interface CallSums {
  /** complete: recorded from start to end (kernels before 5.14: its end), or measured so, with no loss known within. */
  readonly calls: { readonly total: number; readonly complete: number; readonly incomplete: number };
  /** Sums over the mm_migrate_pages events; a call of which only functions were timed counts as a call below, without pages. */
  readonly totals: MigrateTotals;
  readonly byReason: Readonly<Record<string, { calls: number } & MigrateTotals>>;
  readonly byMode: Readonly<Record<string, { calls: number; nr_succeeded: number; nr_failed: number }>>;
}

/** Folios that printed set or remove events, once per call. */
export interface FolioSums {
  readonly total: number;
  readonly byOrder: Readonly<Record<string, number>>;
  readonly moved: number;
  readonly restored: number;
  readonly unknown: number;
}

/** Base pages moved between nodes; null where the trace does not tell the node. */
export interface PageFlow {
  readonly from: number | null;
  readonly to: number | null;
  pages: number;
}

/** All of them, where a reader was asked for nothing else (see RecordingOptions.detail). */
export interface TraceSums extends CallSums {
  readonly folios: FolioSums;
  readonly flows: readonly PageFlow[];
  /** Measured phases of the calls; null where the trace cannot tell. */
  readonly phases: MeasuredPhases | null;
}

type CallColumns = ColumnsOf<typeof CALL_SCHEMA>;
type RunColumns = ColumnsOf<typeof FOLIO_RUN_SCHEMA>;

export class CallSumming {
  private total = 0;
  private complete = 0;
  private readonly totals = zeroTotals();
  private readonly byReason: Record<string, { calls: number } & MigrateTotals> = {};
  private readonly byMode: Record<string, { calls: number; nr_succeeded: number; nr_failed: number }> = {};

  /** Calls without an mm_migrate_pages event add nothing to the sums. `isMeasured`: its functions were, from entry to return. */
  add(calls: CallColumns, call: number, isMeasured = false): void {
    const flags = calls.flags[call]!;
    const isDescribed = (flags & CALL_FLAGS.described) !== 0;
    const hasEnd = (flags & CALL_FLAGS.end) !== 0;
    this.total++;
    if (isDescribed || ((hasEnd || isMeasured) && (flags & CALL_FLAGS.partial) === 0)) this.complete++;
    if (!isDescribed && !hasEnd && !isMeasured) return;
    const { reason, mode } = this.count(calls.reason[call]!, calls.mode[call]!, 1);
    mode.nr_succeeded += calls.nr_succeeded[call]!;
    mode.nr_failed += calls.nr_failed[call]!;
    for (const name of TOTAL_NAMES) {
      this.totals[name] += calls[name][call]!;
      reason[name] += calls[name][call]!;
    }
  }

  /** `count` calls that no event tells of. */
  addMeasured(reason: number, mode: number, isComplete: boolean, count: number): void {
    this.total += count;
    if (!isComplete) return;
    this.complete += count;
    this.count(reason, mode, count);
  }

  private count(reasonNumber: number, modeNumber: number, calls: number) {
    const reason = (this.byReason[reasonName(reasonNumber)] ??= { calls: 0, ...zeroTotals() });
    const mode = (this.byMode[modeName(modeNumber)] ??= { calls: 0, nr_succeeded: 0, nr_failed: 0 });
    reason.calls += calls;
    mode.calls += calls;
    return { reason, mode };
  }

  /** So many calls added as complete are not, as turned out later. */
  takeBack(complete: number): void {
    this.complete -= complete;
  }

  sums(): CallSums {
    const { total, complete, totals, byReason, byMode } = this;
    return { calls: { total, complete, incomplete: total - complete }, totals, byReason, byMode };
  }
}

export class FolioSumming {
  private readonly byOrder = new Float64Array(256);
  private readonly byOutcome = new Float64Array(FOLIO_OUTCOMES.length);

  add(order: Uint8Array, outcome: Uint8Array, rows: number): void {
    for (let row = 0; row < rows; row++) {
      this.byOrder[order[row]!]!++;
      this.byOutcome[outcome[row]!]!++;
    }
  }

  sums(): FolioSums {
    const orders = [...this.byOrder.entries()].filter(([, count]) => count > 0);
    const [unknown = 0, moved = 0, restored = 0] = this.byOutcome;
    return {
      total: unknown + moved + restored,
      byOrder: Object.fromEntries(orders),
      moved,
      restored,
      unknown,
    };
  }
}

/** Fates whose folios are moved in the end, as a folio list says it. */
const MOVED_FATES = new Set(
  ['movable', 'locked', 'writeback', 'freed', 'orphaned-buffers', 'pinned-briefly'].map((fate) =>
    fateCode(fate),
  ),
);
const SPLIT_FATES = new Set(['no-destination', 'split-first'].map((fate) => fateCode(fate)));

function fateCode(fate: string): number {
  return (FOLIO_FATES as readonly string[]).indexOf(fate);
}

export class FlowSumming {
  private readonly flows = new Map<number, PageFlow>();

  /** Adds call `call`, whose runs are rows [firstRun, firstRun + runCount) of `runs`. */
  add(calls: CallColumns, call: number, runs: RunColumns): void {
    let listed = 0;
    const end = calls.firstRun[call]! + calls.runCount[call]!;
    for (let run = calls.firstRun[call]!; run < end; run++) {
      const fate = runs.fate[run]!;
      const count = runs.count[run]!;
      const pages = MOVED_FATES.has(fate)
        ? count * pagesOfOrder(runs.order[run]!)
        : SPLIT_FATES.has(fate)
          ? count * runs.partsMoved[run]!
          : 0;
      listed += pages;
      this.addPages(runs.from[run]!, runs.to[run]!, pages);
    }
    if ((calls.flags[call]! & CALL_FLAGS.end) !== 0)
      this.addPages(-1, -1, calls.nr_succeeded[call]! - listed);
  }

  sums(): PageFlow[] {
    return [...this.flows.values()].sort(
      (left, right) => (left.from ?? -1) - (right.from ?? -1) || (left.to ?? -1) - (right.to ?? -1),
    );
  }

  private addPages(from: number, to: number, pages: number): void {
    if (pages <= 0) return;
    const key = from * 65_536 + to;
    const flow = this.flows.get(key);
    if (flow !== undefined) flow.pages += pages;
    else this.flows.set(key, { from: from < 0 ? null : from, to: to < 0 ? null : to, pages });
  }
}

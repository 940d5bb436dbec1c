/** What a design changes in the move of an unmapped batch. */
import type { Span } from '../../folio/span';
import type { CopyPathName } from '../../sim/run';
import type { CallState, Stats } from '../callState';

export interface MoveOutcome {
  /** Spans for the ordinary loop: not handled, or -EAGAIN. In list order. */
  readonly left: readonly Span[];
  /** Those of `left` whose content is at the destination already: the ordinary loop does not copy it again. */
  readonly copied?: ReadonlySet<Span>;
  /** Spans that failed for good; they were given back. */
  readonly failed: readonly Span[];
}

/**
 * Contract: called once per migrate_pages_batch() after the flush, with the spans that were unmapped,
 * in list order, and the mode of that batch. What it moves it must count with `succeed`, and emit the
 * work for. It keeps the kernel's order of events, loses no folio, and leaves what it does not handle.
 */
export interface CopyPath {
  readonly name: CopyPathName;
  readonly title: string;
  readonly tooltip: string;
  /** Whether a copy by the CPU is one that the design meant for an engine. */
  readonly offloads: boolean;
  /** Whether the ordinary loop's copies sit between mapping and remap of each folio. */
  readonly moveBatch: (
    state: CallState,
    stats: Stats,
    unmapped: readonly Span[],
    async: boolean,
  ) => MoveOutcome;
}

/** What a design changes in the move of an unmapped batch. */
import type { Span } from '../../folio/span';
import type { CopyPathName } from '../../sim/run';
import type { CallState, Stats } from '../callState';
import type { Playing } from '../playing';

export interface MoveOutcome {
  /** Spans for the ordinary loop: not handled, or -EAGAIN. In list order. */
  readonly left: readonly Span[];
  /** So many spans at the begin of `left` have their content at the destination already: the ordinary loop does not copy it again. */
  readonly copied?: number;
  /** They count as copied in all passes (v4); else each at its first attempt only, which takes its marker away (v6). */
  readonly keepsCopies?: boolean;
  /** Spans that failed for good; they were given back. */
  readonly failed: readonly Span[];
}

/** How a design works around a whole batch, beyond its move. Only the first, ASYNC part of a call takes it. */
export interface BatchFrame {
  /** Before anything of the batch is unmapped: what the batch has copied, or allocated, by then. */
  readonly prepare?: (state: CallState, spans: readonly Span[]) => Playing<Prepared>;
  /** After unmap and flush: begins the copy. While it runs the next batch is begun, before `finish` is played; false: nothing runs. */
  readonly begin?: (state: CallState, unmapped: readonly Span[]) => Playing<boolean>;
  /** The move. With `begin`, once for each batch begun, in their order. */
  readonly finish: (state: CallState, stats: Stats, unmapped: readonly Span[]) => Playing<MoveOutcome>;
  /** After the last batch of a call. */
  readonly end?: (state: CallState) => void;
}

export interface Prepared {
  /** Spans that have their destination, and whether its content is there. */
  readonly allocated: ReadonlySet<Span>;
}

/**
 * Contract: `moveBatch` is played once per migrate_pages_batch() after the flush, with the spans that were unmapped,
 * in list order, and the mode of that batch. What it moves it must count with `succeed`, and emit the
 * work for. It keeps the kernel's order of events, loses no folio, and leaves what it does not handle.
 * What is known without playing anything it may return at once.
 */
export interface CopyPath {
  readonly name: CopyPathName;
  readonly title: string;
  readonly tooltip: string;
  /** Whether a copy by the CPU is one that the design meant for an engine. */
  readonly offloads: boolean;
  readonly moveBatch: (
    state: CallState,
    stats: Stats,
    unmapped: readonly Span[],
    async: boolean,
  ) => Playing<MoveOutcome> | MoveOutcome;
  /** A new frame for each call; none where the design changes the move only. */
  readonly frame?: () => BatchFrame;
}

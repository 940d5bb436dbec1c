import type { EventSink } from '../kernelEvents/eventSink';
import type { EventTable } from '../kernelEvents/eventTable';
import { DAMAGED_HINT } from './contents';
import type { PageLayout } from './pageLayout';
import type { Pages } from './pages';

/** Flags in the commit field (kernel/trace/ring_buffer.c, RB_MISSED_EVENTS and RB_MISSED_STORED), and the bits of the length. */
const MISSED = 0x8000_0000;
const MISSED_STORED = 0x4000_0000;
const COMMIT_MASK = 0x3fff_ffff;
/** Absolute times have 59 bits; those above are the page's (ring_buffer.c, rb_fix_abs_ts(), TS_MSB). */
const ABSOLUTE_SPAN = 2 ** 59;

export interface CpuCursorOptions {
  readonly cpu: number;
  readonly pages: Pages;
  readonly layout: PageLayout;
  readonly table: EventTable;
  readonly recording: EventSink;
  /** Time in ns = counts · nsPerCount + offsetNs. */
  readonly nsPerCount: number;
  readonly offsetNs: number;
}

/**
 * The events of one CPU in the order of the ring buffer. `timeNs` is the time of the next one; `run` hands it and
 * those behind it to the table.
 */
export class CpuCursor {
  timeNs = Infinity;
  /** No event is left. */
  isDone = false;
  /** Its turn among cursors whose next events are of one instant. */
  rank = 0;
  /** Events lost on this CPU as the pages say, those without a number counted in `lostUnknown`. */
  lost = 0;
  lostUnknown = 0;
  /** Records of mm_migrate_pages and mm_migrate_pages_start it handed on. */
  summaries = 0;
  readonly cpu: number;
  readonly pages: Pages;
  private readonly options: CpuCursorOptions;
  private bytes = new Uint8Array(0) as Uint8Array;
  private words = new Uint32Array(0) as Uint32Array;
  private at = 0;
  private end = 0;
  /** Time of the page, and counts since; kept apart so that no precision is lost beyond 2^53. */
  private pageTime = 0;
  private sincePage = 0;
  /** A loss to be told before the next event: its size, -1 where the page does not say. */
  private pendingLoss = 0;

  constructor(options: CpuCursorOptions) {
    this.options = options;
    this.cpu = options.cpu;
    this.pages = options.pages;
    this.run(-Infinity, false, 1);
  }

  /**
   * Hands on events earlier than `until` (or at it, if `isInclusive`), at most `budget`; returns how many.
   */
  run(until: number, isInclusive: boolean, budget: number): number {
    const { table } = this.options;
    const before = table.summaries;
    const handed = this.hand(until, isInclusive, budget);
    this.summaries += table.summaries - before;
    return handed;
  }

  private hand(until: number, isInclusive: boolean, budget: number): number {
    const { layout, table, cpu, nsPerCount, offsetNs } = this.options;
    const { padding, timeExtend, dataMax, isBigEndian, deltaBits, typeBits } = layout;
    const typeShift = isBigEndian ? deltaBits : 0;
    const typeMask = 2 ** typeBits - 1;
    const deltaShift = isBigEndian ? 0 : typeBits;
    const deltaMask = 2 ** deltaBits - 1;
    const deltaSpan = 2 ** deltaBits;
    let { words, bytes, at, end, sincePage } = this;
    let handed = 0;
    for (;;) {
      if (at + 4 > end) {
        if (!this.nextPage()) return handed;
        ({ words, bytes, at, end, sincePage } = this);
        continue;
      }
      const head = words[at >>> 2]!;
      const type = (head >>> typeShift) & typeMask;
      const delta = (head >>> deltaShift) & deltaMask;
      if (type <= dataMax) {
        let start = at + 4;
        let length = type * 4;
        let next = start + length;
        if (type === 0) {
          const stored = at + 8 <= end ? words[start >>> 2]! : 0;
          start += 4;
          length = stored - 4;
          next = at + 4 + Math.ceil(stored / 4) * 4;
        }
        if (length < 0 || next > end || next <= at) {
          this.damaged(at, end);
          at = end;
          continue;
        }
        const time = this.pageTime + (sincePage + delta);
        const timeNs = nsPerCount === 1 ? time + offsetNs : Math.floor(time * nsPerCount) + offsetNs;
        if (timeNs > until || (timeNs === until && !isInclusive) || handed === budget) {
          this.timeNs = timeNs;
          this.at = at;
          this.sincePage = sincePage;
          return handed;
        }
        sincePage += delta;
        if (this.pendingLoss !== 0) this.tellLoss(timeNs);
        if (!table.record(bytes, words, start, length, timeNs, cpu)) this.badRecord(at);
        handed++;
        at = next;
        continue;
      }
      const stored = at + 8 <= end ? words[(at + 4) >>> 2]! : 0;
      if (type === padding) {
        // Without a time the rest of the page is empty; with one, an event was discarded. Its time counts unless it is
        // the 1 that stands for none (rb_event_discard() and rb_read_data_buffer(), ring_buffer.c).
        if (delta === 0) at = end;
        else {
          if (delta !== 1) sincePage += delta;
          at += 4 + Math.ceil(stored / 4) * 4;
        }
      } else if (type === timeExtend) {
        sincePage += stored * deltaSpan + delta;
        at += 8;
      } else {
        const highBits = Math.floor(this.pageTime / ABSOLUTE_SPAN) * ABSOLUTE_SPAN;
        sincePage = stored * deltaSpan + delta + highBits - this.pageTime;
        at += 8;
      }
    }
  }

  /** Makes the next page with events the current one; false at the end. */
  private nextPage(): boolean {
    const { pages, layout } = this.options;
    while (pages.next()) {
      const { words, at, length } = pages;
      if (length < layout.dataAt) {
        this.cutPage();
        continue;
      }
      const commit = layout.commit.low(words, at);
      this.pageTime = layout.timestamp.unsigned(words, at);
      this.sincePage = 0;
      let size = commit & COMMIT_MASK;
      if (size > length - layout.dataAt) {
        this.cutPage();
        size = length - layout.dataAt;
      }
      const start = at + layout.dataAt;
      if ((commit & MISSED) !== 0) this.readLoss(commit, start + size, at + length);
      if (size === 0) continue;
      this.words = words;
      this.bytes = pages.bytes;
      this.at = start;
      this.end = Math.min(start + size, words.length * 4);
      return true;
    }
    if (this.pendingLoss !== 0) this.tellLoss(this.toNs(this.pageTime));
    this.isDone = true;
    this.timeNs = Infinity;
    this.at = this.end = 0;
    return false;
  }

  /** The number of lost events stands behind the data, as a long, where there was room for it. */
  private readLoss(commit: number, at: number, end: number): void {
    const { layout, pages } = this.options;
    const isStored = (commit & MISSED_STORED) !== 0 && at + layout.longBytes <= end && (at & 3) === 0;
    const low = layout.longBytes === 8 && layout.isBigEndian ? at + 4 : at;
    const count = isStored ? pages.words[low >>> 2]! : -1;
    if (count < 0) {
      this.lostUnknown++;
      this.pendingLoss = -1;
    } else {
      this.lost += count;
      // A loss without a number is told first: two on one page cannot be.
      this.pendingLoss = this.pendingLoss > 0 ? this.pendingLoss + count : count;
    }
  }

  private tellLoss(timeNs: number): void {
    this.options.table.lost(this.pendingLoss, timeNs, this.cpu);
    this.pendingLoss = 0;
  }

  private toNs(counts: number): number {
    return Math.floor(counts * this.options.nsPerCount) + this.options.offsetNs;
  }

  private cutPage(): void {
    this.options.recording.problems.add(
      `A page of CPU ${this.cpu} is cut off or claims more than its size; what it holds was read.`,
      DAMAGED_HINT,
      null,
      this.pages.offset,
    );
  }

  private damaged(at: number, end: number): void {
    this.options.recording.problems.add(
      `An event of CPU ${this.cpu} reaches beyond its page; the last ${end - at} bytes of the page were skipped.`,
      DAMAGED_HINT,
      null,
      this.pages.offset + (at - this.pages.at),
    );
  }

  private badRecord(at: number): void {
    this.options.recording.problems.add(
      `An event of CPU ${this.cpu} is shorter than its description says, or holds what cannot be; it was skipped.`,
      DAMAGED_HINT,
      null,
      this.pages.offset + (at - this.pages.at),
    );
  }
}

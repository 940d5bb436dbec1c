import type { EventSink } from '../trace/formats/kernelEvents/eventSink';
import { EVENT_CODES } from '../trace/calls/eventColumns';

/** enum tlb_flush_reason, include/linux/mm_types.h: what a receiver prints, who is another task than the caller. */
const TLB_REMOTE_SHOOTDOWN = 1;

/**
 * Lets pass what belongs to calls whose start was recorded. For recordings by reason: only starts and ends of calls
 * name one, so the kernel lets all other events pass.
 */
export class OnlyCalls implements EventSink {
  private readonly sink: EventSink;
  private readonly keepsCompaction: boolean;
  private readonly open = new Set<number>();

  /** @param keepsCompaction whether mm_compaction_migratepages, which follows its call, is kept */
  constructor(sink: EventSink, keepsCompaction: boolean) {
    this.sink = sink;
    this.keepsCompaction = keepsCompaction;
  }

  get problems(): EventSink['problems'] {
    return this.sink.problems;
  }

  get strings(): EventSink['strings'] {
    return this.sink.strings;
  }

  get comms(): EventSink['comms'] {
    return this.sink.comms;
  }

  get summaries(): EventSink['summaries'] {
    return this.sink.summaries;
  }

  add(
    type: number,
    timeNs: number,
    cpu: number,
    pid: number,
    a: number,
    b: number,
    lo: number,
    hi: number,
  ): void {
    if (type === EVENT_CODES.mm_migrate_pages_start) this.open.add(pid);
    else if (!this.belongs(type, pid, b)) return;
    this.sink.add(type, timeNs, cpu, pid, a, b, lo, hi);
    if (type === EVENT_CODES.mm_migrate_pages) this.open.delete(pid);
  }

  addOther(name: number, timeNs: number, cpu: number, pid: number): void {
    this.sink.addOther(name, timeNs, cpu, pid);
  }

  addMarker(name: number, text: number, timeNs: number, cpu: number, pid: number): void {
    this.sink.addMarker(name, text, timeNs, cpu, pid);
  }

  addLost(count: number, timeNs: number, cpu: number): void {
    this.sink.addLost(count, timeNs, cpu);
  }

  private belongs(type: number, pid: number, b: number): boolean {
    // An end without a start began before the recording did.
    if (type === EVENT_CODES.mm_migrate_pages || this.open.has(pid)) return true;
    if (type === EVENT_CODES.mm_compaction_migratepages) return this.keepsCompaction;
    return type === EVENT_CODES.tlb_flush && b === TLB_REMOTE_SHOOTDOWN && this.open.size > 0;
  }
}

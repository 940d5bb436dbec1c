/** Copies that run beside the CPU that asked for them: on channels, or by worker threads. */
import type { CallWriter } from './callWriter';
import type { Curve, Flow, FlowSink, Load } from './flow';

export class Copies implements FlowSink {
  /** One for each channel or thread, in the order in which they were begun. */
  readonly copiers: Flow[] = [];
  /** Told when the last is done. */
  whenDone: (() => void) | null = null;
  private readonly writer: CallWriter;
  private readonly batch: number;
  private running = 0;

  private readonly kind: 'remoteCopy' | 'remoteCopyMapped';

  /** `writer`: the call that asked for them, in its batch in progress. */
  constructor(writer: CallWriter, kind: 'remoteCopy' | 'remoteCopyMapped' = 'remoteCopy') {
    this.writer = writer;
    this.kind = kind;
    this.batch = writer.currentBatch;
  }

  begun(flow: Flow): void {
    this.copiers.push(flow);
    this.running++;
  }

  get isDone(): boolean {
    return this.running === 0;
  }

  /** When the last is done, ps. Contract: all are. */
  get end(): number {
    let end = 0;
    for (let i = 0; i < this.copiers.length; i++) end = Math.max(end, (this.copiers[i] as Flow).doneAt);
    return end;
  }

  loadDone(flow: Flow, load: Load, curve: Curve, end: number): void {
    this.writer.remote(this.kind, load, curve, end, flow.track, this.batch);
  }

  flowDone(): void {
    this.running--;
    if (this.running === 0) this.whenDone?.();
  }
}

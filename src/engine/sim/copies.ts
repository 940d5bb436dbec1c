/** Copies that run beside the CPU that asked for them: on channels, or by worker threads. */
import type { CallWriter } from './callWriter';
import type { Curve, Flow, FlowSink, Load } from './fluidPool';

/** One copier: what it copies is over when `end` is known, ps. */
export interface Copier {
  /** Channel, or worker thread. */
  readonly track: number;
  readonly flow: Flow;
  end: number;
}

export class Copies implements FlowSink {
  /** In the order in which they were begun. */
  readonly copiers: Copier[] = [];
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

  begun(flow: Flow, track: number): void {
    this.copiers.push({ track, flow, end: NaN });
    this.running++;
  }

  get isDone(): boolean {
    return this.running === 0;
  }

  /** When the last is done, ps. */
  get end(): number {
    return this.copiers.reduce((end, copier) => Math.max(end, copier.end), 0);
  }

  loadDone(flow: Flow, load: Load, curve: Curve, end: number): void {
    this.writer.remote(this.kind, load, curve, end, this.copierOf(flow).track, this.batch);
  }

  flowDone(flow: Flow, end: number): void {
    this.copierOf(flow).end = end;
    this.running--;
    if (this.running === 0) this.whenDone?.();
  }

  private copierOf(flow: Flow): Copier {
    return this.copiers.find((copier) => copier.flow === flow) as Copier;
  }
}

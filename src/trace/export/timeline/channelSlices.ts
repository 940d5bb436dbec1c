/** What the DMA channels (or worker threads) of a run did: their copies, in the order of time. */
import type { Run } from '../../../engine/sim/run';
import { isRemote, kindOf, segmentEnd } from './segmentSlices';

/** Copies of one batch that follow each other on a channel without a gap. Times in ps. */
export interface ChannelCopy {
  readonly channel: number;
  readonly batch: number;
  readonly start: number;
  readonly end: number;
  readonly folios: number;
  readonly firstFolio: number;
  /** The folios were still mapped. */
  readonly mapped: boolean;
}

/** Rows of the segments that each channel copied in, by start. */
export function channelRows(run: Run): Uint32Array[] {
  const { segments } = run;
  const counts = new Uint32Array(run.channels.length);
  for (let row = 0; row < segments.length; row++) {
    const channel = segments.channel[row] as number;
    if (channel >= 0 && channel < counts.length) counts[channel] = (counts[channel] as number) + 1;
  }
  const rows = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (let row = 0; row < segments.length; row++) {
    const channel = segments.channel[row] as number;
    if (channel < 0 || channel >= counts.length) continue;
    const next = counts[channel] as number;
    (rows[channel] as Uint32Array)[next] = row;
    counts[channel] = next + 1;
  }
  for (const list of rows) sortByStart(list, segments.start);
  return rows;
}

function sortByStart(rows: Uint32Array, start: Float64Array): void {
  for (let i = 1; i < rows.length; i++) {
    if ((start[rows[i] as number] as number) < (start[rows[i - 1] as number] as number)) {
      rows.sort((x, y) => (start[x] as number) - (start[y] as number) || x - y);
      return;
    }
  }
}

/** The copies of one channel; those that the CPU polls for last as long as it polls. */
export function* channelCopies(run: Run, rows: Uint32Array): Generator<ChannelCopy> {
  const { segments } = run;
  for (let i = 0; i < rows.length;) {
    const segment = rows[i] as number;
    const batch = segments.batch[segment] as number;
    const remote = isRemote(kindOf(run, segment));
    let end = segmentEnd(run, segment);
    let folios = segments.count[segment] as number;
    let firstFolio = segments.first[segment] as number;
    for (i++; i < rows.length; i++) {
      const next = rows[i] as number;
      if (segments.batch[next] !== batch || segments.start[next] !== end || !remote) break;
      end = segmentEnd(run, next);
      folios += segments.count[next] as number;
      firstFolio = Math.min(firstFolio, segments.first[next] as number);
    }
    yield {
      channel: segments.channel[segment] as number,
      batch,
      start: segments.start[segment] as number,
      end,
      folios,
      firstFolio,
      mapped: kindOf(run, segment) === 'remoteCopyMapped',
    };
  }
}

/** How many channels copy, whenever that changes: [time in ps, channels]. */
export function* busyChannels(run: Run, rows: readonly Uint32Array[]): Generator<readonly [number, number]> {
  const streams = rows.map((list) => channelCopies(run, list));
  const next = streams.map((stream) => nextOf(stream));
  /** Ends of the copies that run. */
  const running: number[] = [];
  for (;;) {
    const begin = next.reduce((least, copy) => Math.min(least, copy?.start ?? Infinity), Infinity);
    const end = running.reduce((least, time) => Math.min(least, time), Infinity);
    if (begin === Infinity && end === Infinity) return;
    const time = Math.min(begin, end);
    const before = running.length;
    for (let i = running.length - 1; i >= 0; i--) if ((running[i] as number) <= time) running.splice(i, 1);
    for (const [channel, copy] of next.entries()) {
      if (copy === null || copy.start > time) continue;
      // A copy without length never runs.
      if (copy.end > time) running.push(copy.end);
      next[channel] = nextOf(streams[channel] as Generator<ChannelCopy>);
    }
    if (running.length !== before) yield [time, running.length];
  }
}

function nextOf(stream: Generator<ChannelCopy>): ChannelCopy | null {
  const step = stream.next();
  return step.done === true ? null : step.value;
}

/** A run, recorded or simulated, as a timeline. */
import type { Run } from '../../../engine/sim/run';
import type { MigrationTrace } from '../../model';
import { busyChannels, channelCopies, channelRows } from './channelSlices';
import { nodeCounters, nodesOf, runCounters } from './counters';
import { eventCpus, recordedInstants } from './instants';
import type { Arguments, Timeline, TimelineItem, TrackGroup, TrackItem } from './items';
import { laneSlices } from './laneSlices';
import type { ToNs } from './segmentSlices';

/** `folios`: a slice for each step of each folio; `segments`: one for each stretch of alike folios. */
export type TimelineDetail = 'folios' | 'segments';

/** Of runs with more folios, a slice stands for a stretch of folios unless asked otherwise: a few MB of file. */
const MANY_FOLIOS = 20_000;

export interface TimelineOptions {
  readonly run: Run;
  /** The trace of an observed run: its events are shown beside the run, on its own clock. */
  readonly trace: MigrationTrace;
  readonly detail?: TimelineDetail | undefined;
}

export function timelineOf({ run, trace, detail }: TimelineOptions): Timeline {
  const isObserved = run.kind === 'observed';
  const origin = isObserved ? trace.span.startNs : 0;
  const at: ToNs = (ps) => Math.round(origin + ps / 1000);
  const byFolio = (detail ?? (run.folioCount > MANY_FOLIOS ? 'segments' : 'folios')) === 'folios';
  return {
    head: {
      title: run.title,
      facts: factsOf(run, trace, byFolio),
      clock: isObserved ? (trace.provenance.clock ?? 'unknown') : null,
      start: at(0),
    },
    items: () => itemsOf(run, isObserved ? trace : null, at, byFolio),
  };
}

function factsOf(run: Run, { provenance }: MigrationTrace, byFolio: boolean): Arguments {
  const { config, machine } = run;
  return [
    ['run', run.kind === 'observed' ? 'recorded by a kernel' : 'simulated by MigTrace'],
    ['title', run.title],
    ['input', run.provenance.input],
    ['input_sha256', run.provenance.sha256],
    ...(provenance.kernel === null ? [] : [['recorded_kernel', provenance.kernel] as const]),
    ...(config === null
      ? []
      : ([
          ['design', config.path],
          ['kernel_rules', config.kernel],
          ['seed', config.seed],
          ['slices', byFolio ? 'per folio' : 'per stretch of folios'],
        ] as const)),
    ...(machine === null ? [] : [['machine', machine.name] as const]),
  ];
}

function* itemsOf(
  run: Run,
  trace: MigrationTrace | null,
  at: ToNs,
  byFolio: boolean,
): Generator<TimelineItem> {
  let tracks = 0;
  const items: TimelineItem[] = [];
  const add = (group: TrackGroup, name: string, unit: 'count' | null = null) => {
    items.push({ what: 'track', track: tracks, group, name, unit });
    return tracks++;
  };
  const lanes = run.lanes.map((name) => add('Migrating CPUs', name));
  const channels = run.channels.map((name) => add('DMA channels', name));
  const nodes = nodesOf(run);
  const arrived = new Map(nodes.map((node) => [node, add('Nodes', `Node ${node}: pages arrived`, 'count')]));
  const left = new Map(nodes.map((node) => [node, add('Nodes', `Node ${node}: pages left`, 'count')]));
  const moved = add('Counters', 'Pages moved', 'count');
  const failed = add('Counters', 'Pages failed', 'count');
  const inFlight = add('Counters', 'Folios unmapped, not yet remapped', 'count');
  const busy = channels.length === 0 ? -1 : add('Counters', 'Channels that copy', 'count');
  const cpus = new Map(
    (trace === null ? [] : eventCpus(trace)).map((cpu) => [cpu, add('Recorded events', `CPU ${cpu}`)]),
  );
  yield* items;
  const rows = channelRows(run);
  const flows = new BatchFlows(run, rows);
  yield* laneSlices(run, { at, tracks: lanes, byFolio, flowsOf: (batch) => flows.of(batch) });
  for (const [channel, list] of rows.entries())
    yield* copySlices(run, list, channels[channel] as number, at, flows, (name) => ({
      what: 'track',
      track: tracks++,
      group: 'DMA channels',
      name,
      unit: null,
    }));
  yield* runCounters(run, { moved, failed, inFlight }, at);
  if (busy >= 0) {
    for (const [time, value] of busyChannels(run, rows))
      yield { what: 'counter', track: busy, time: at(time), value };
  }
  yield* nodeCounters(run, { arrived, left }, at);
  if (trace !== null) yield* recordedInstants(trace, cpus, byFolio);
}

/** Calls beside each other have worker threads of the same numbers: what overlaps goes to a further track. */
function* copySlices(
  run: Run,
  rows: Uint32Array,
  track: number,
  at: ToNs,
  flows: BatchFlows,
  further: (name: string) => TrackItem,
): Generator<TimelineItem> {
  const tracks = [{ track, reached: -Infinity }];
  const linked = new Uint8Array(rows.length === 0 ? 0 : run.batches.length);
  for (const copy of channelCopies(run, rows)) {
    let free = tracks.find(({ reached }) => reached <= copy.start);
    if (free === undefined) {
      const item = further(`${run.channels[copy.channel]} (${tracks.length + 1})`);
      yield item;
      tracks.push((free = { track: item.track, reached: -Infinity }));
    }
    free.reached = copy.end;
    const end = at(copy.end);
    yield {
      what: 'slice',
      track: free.track,
      start: at(copy.start),
      end,
      name: copy.mapped ? 'copy, mapped' : 'copy',
      category: 'copy',
      args: [
        ['batch', copy.batch],
        ['folios', copy.folios],
        ['first_folio', copy.firstFolio],
      ],
      ...(linked[copy.batch] === 0 && { flowsIn: [flows.number(copy.batch, copy.channel)] }),
    };
    yield { what: 'end', track: free.track, time: end };
    linked[copy.batch] = 1;
  }
}

/** Flows from a batch to its first copy on each channel, numbered by both. */
class BatchFlows {
  private readonly channels: number;
  /** Of each batch: a bit per channel below 32 that copied for it; `wide` has the others. */
  private readonly used: Uint32Array;
  private readonly wide: ReadonlyMap<number, ReadonlySet<number>>;

  constructor(run: Run, rows: readonly Uint32Array[]) {
    this.channels = rows.length;
    this.used = new Uint32Array(rows.length === 0 ? 0 : run.batches.length);
    const wide = new Map<number, Set<number>>();
    for (const [channel, list] of rows.entries()) {
      for (const row of list) {
        const batch = run.segments.batch[row] as number;
        if (channel < 32) this.used[batch] = (this.used[batch] as number) | (1 << channel);
        else wide.set(batch, (wide.get(batch) ?? new Set()).add(channel));
      }
    }
    this.wide = wide;
  }

  /** From 1. */
  number(batch: number, channel: number): number {
    return batch * this.channels + channel + 1;
  }

  of(batch: number): number[] {
    const numbers: number[] = [];
    for (let bits = this.used[batch] ?? 0, channel = 0; bits !== 0; bits >>>= 1, channel++) {
      if ((bits & 1) === 1) numbers.push(this.number(batch, channel));
    }
    for (const channel of this.wide.get(batch) ?? []) numbers.push(this.number(batch, channel));
    return numbers;
  }
}

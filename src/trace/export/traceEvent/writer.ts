/**
 * A timeline in the Trace Event Format (JSON): chrome://tracing, ui.perfetto.dev, speedscope. Times are µs with the ns
 * behind the point. Slices are pairs of `B` and `E`: readers that add a time and a duration as binary fractions let
 * neighbours overlap. speedscope tells the ends of one instant apart by name and arguments, so an `E` repeats them.
 */
import { ChunkWriter } from '../chunkWriter';
import type { Arguments, Timeline, TimelineItem, TrackItem } from '../timeline/items';
import { TRACK_GROUPS } from '../timeline/items';

export function* traceEventJson({ head, items }: Timeline): Generator<Uint8Array> {
  const out = new ChunkWriter();
  const tracks: TrackItem[] = [];
  const named = new Set<string>();
  /** Of each track: what the ends of its open slices repeat. */
  const open: string[][] = [];
  const facts = Object.fromEntries([...head.facts, ['clock', head.clock ?? 'ns from the start of the run']]);
  out.text(`{"displayTimeUnit":"ns","otherData":${JSON.stringify(facts)},"traceEvents":[`);
  let isFirst = true;
  const event = (text: string) => {
    out.text(isFirst ? '\n' : ',\n');
    out.text(text);
    isFirst = false;
  };
  for (const item of items()) {
    if (item.what === 'track') {
      tracks.push(item);
      open.push([]);
      for (const text of describe(item, named)) event(text);
    } else {
      for (const text of eventsOf(item, tracks[item.track] as TrackItem, open[item.track] as string[]))
        event(text);
    }
    if (out.isFull) yield out.take();
  }
  out.text('\n]}\n');
  yield out.take();
}

function pidOf({ group }: TrackItem): number {
  return TRACK_GROUPS.indexOf(group) + 1;
}

/** Where an event is: its group as a process, its track as a thread. */
function place(track: TrackItem): string {
  return `"pid":${pidOf(track)},"tid":${track.track + 1}`;
}

function* describe(track: TrackItem, named: Set<string>): Generator<string> {
  if (!named.has(track.group)) {
    named.add(track.group);
    const pid = pidOf(track);
    yield `{"ph":"M","name":"process_name","pid":${pid},"args":{"name":${JSON.stringify(track.group)}}}`;
    yield `{"ph":"M","name":"process_sort_index","pid":${pid},"args":{"sort_index":${pid}}}`;
  }
  if (track.unit !== null) return;
  yield `{"ph":"M","name":"thread_name",${place(track)},"args":{"name":${JSON.stringify(track.name)}}}`;
  yield `{"ph":"M","name":"thread_sort_index",${place(track)},"args":{"sort_index":${track.track}}}`;
}

function* eventsOf(
  item: Exclude<TimelineItem, TrackItem>,
  track: TrackItem,
  open: string[],
): Generator<string> {
  switch (item.what) {
    case 'slice': {
      const what = `"name":${JSON.stringify(item.name)},${place(track)}${argsOf(item.args)}`;
      open.push(what);
      yield `{"ph":"B","cat":${JSON.stringify(item.category)},"ts":${us(item.start)},${what}}`;
      for (const id of item.flowsOut ?? []) yield flow('s', id, item.start, track);
      for (const id of item.flowsIn ?? []) yield flow('f', id, item.start, track);
      return;
    }
    case 'instant': {
      const head = `"name":${JSON.stringify(item.name)},"cat":${JSON.stringify(item.category)}`;
      yield `{"ph":"i","s":"t",${head},${place(track)},"ts":${us(item.time)}${argsOf(item.args)}}`;
      return;
    }
    case 'end':
      yield `{"ph":"E","ts":${us(item.time)},${open.pop() ?? place(track)}}`;
      return;
    case 'counter':
      yield `{"ph":"C","name":${JSON.stringify(track.name)},${place(track)},"ts":${us(item.time)},"args":{"value":${item.value}}}`;
  }
}

/** `bp: e`: the arrow ends at the slice it stands in, not at the next one. */
function flow(phase: 's' | 'f', id: number, time: number, track: TrackItem): string {
  const binding = phase === 'f' ? ',"bp":"e"' : '';
  return `{"ph":"${phase}","name":"copy of a batch","cat":"flow","id":${id}${binding},${place(track)},"ts":${us(time)}}`;
}

function argsOf(args: Arguments): string {
  if (args.length === 0) return '';
  return `,"args":{${args.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}

/** Whole ns as µs, exact. */
function us(ns: number): string {
  const rest = ns % 1000;
  const whole = String((ns - rest) / 1000);
  return rest === 0 ? whole : `${whole}.${String(rest).padStart(3, '0')}`;
}

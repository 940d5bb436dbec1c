/**
 * A timeline as a Perfetto trace of TrackEvents: one packet sequence, names interned, chunk by chunk. Opened by
 * ui.perfetto.dev and trace_processor.
 */
import { ChunkWriter } from '../chunkWriter';
import type { Arguments, Timeline, TimelineHead, TimelineItem, TrackItem } from '../timeline/items';
import { TRACK_GROUPS } from '../timeline/items';
import {
  ANNOTATION,
  CLOCK,
  CLOCK_IDS,
  CLOCK_SNAPSHOT,
  COUNTER,
  DEFAULTS,
  EVENT,
  EVENT_TYPE,
  INTERNED,
  INTERNED_ENTRY,
  PACKET,
  PROCESS,
  SEQ_INCREMENTAL_STATE_CLEARED,
  SEQ_NEEDS_INCREMENTAL_STATE,
  TRACE,
  TRACK,
  UNITS,
} from './fields';
import { ProtoMessage } from './protobuf';

const SEQUENCE = 1;
/** Track 0 of a trace is the one that no event names; the facts about the run are on ours with this number. */
const RUN_UUID = 1;
const uuidOfGroup = (group: number) => RUN_UUID + 1 + group;
const uuidOfTrack = (track: number) => uuidOfGroup(TRACK_GROUPS.length) + track;
/** Shown as processes, numbered like this. */
const pidOf = (uuid: number) => uuid;

export function* perfettoTrace({ head, items }: Timeline): Generator<Uint8Array> {
  const writer = new PerfettoWriter();
  writer.begin(head);
  for (const item of items()) {
    writer.item(item);
    if (writer.out.isFull) yield writer.out.take();
  }
  yield writer.out.take();
}

class PerfettoWriter {
  readonly out = new ChunkWriter();
  private readonly packet = new ProtoMessage();
  private readonly event = new ProtoMessage();
  private readonly interned = new ProtoMessage();
  private readonly small = new ProtoMessage();
  private readonly smaller = new ProtoMessage();
  private readonly outer = new ProtoMessage();
  private readonly categories = new Map<string, number>();
  private readonly names = new Map<string, number>();
  private readonly annotationNames = new Map<string, number>();
  private readonly groups = new Set<string>();

  begin(head: TimelineHead): void {
    const clock = clockIdOf(head.clock);
    this.packet.clear();
    // The clock of the file, and that it is read as the trace's own.
    const snapshot = new ProtoMessage();
    for (const id of new Set([clock, CLOCK_IDS.boottime])) {
      this.small.clear();
      this.small.int(CLOCK.clockId, id);
      this.small.int(CLOCK.timestamp, head.start);
      snapshot.message(CLOCK_SNAPSHOT.clocks, this.small);
    }
    snapshot.int(CLOCK_SNAPSHOT.primaryTraceClock, CLOCK_IDS.boottime);
    this.packet.message(PACKET.clockSnapshot, snapshot);
    this.small.clear().int(DEFAULTS.timestampClockId, clock);
    this.packet.message(PACKET.tracePacketDefaults, this.small);
    this.packet.int(PACKET.firstPacketOnSequence, 1);
    this.endPacket(SEQ_INCREMENTAL_STATE_CLEARED);
    this.process(RUN_UUID, `MigTrace: ${head.title}`);
    this.startEvent(head.start, EVENT_TYPE.instant, RUN_UUID);
    this.nameEvent(head.title, 'run');
    this.annotate(head.facts);
    this.endEvent();
  }

  item(item: TimelineItem): void {
    switch (item.what) {
      case 'track':
        this.track(item);
        return;
      case 'slice':
        this.startEvent(item.start, EVENT_TYPE.sliceBegin, uuidOfTrack(item.track));
        this.nameEvent(item.name, item.category);
        this.annotate(item.args);
        for (const flow of item.flowsOut ?? []) this.event.fixed64(EVENT.flowIds, flow);
        for (const flow of item.flowsIn ?? []) this.event.fixed64(EVENT.flowIds, flow);
        break;
      case 'end':
        this.startEvent(item.time, EVENT_TYPE.sliceEnd, uuidOfTrack(item.track));
        break;
      case 'instant':
        this.startEvent(item.time, EVENT_TYPE.instant, uuidOfTrack(item.track));
        this.nameEvent(item.name, item.category);
        this.annotate(item.args);
        break;
      case 'counter':
        this.startEvent(item.time, EVENT_TYPE.counter, uuidOfTrack(item.track));
        this.event.int(EVENT.counterValue, item.value);
    }
    this.endEvent();
  }

  private track({ track, group, name, unit }: TrackItem): void {
    const groupUuid = uuidOfGroup(TRACK_GROUPS.indexOf(group));
    if (!this.groups.has(group)) {
      this.groups.add(group);
      this.process(groupUuid, group);
    }
    const descriptor = this.event.clear();
    descriptor.int(TRACK.uuid, uuidOfTrack(track));
    descriptor.int(TRACK.parentUuid, groupUuid);
    descriptor.text(TRACK.name, name);
    if (unit !== null) {
      this.small.clear().int(COUNTER.unit, UNITS[unit]);
      descriptor.message(TRACK.counter, this.small);
    }
    this.packet.clear().message(PACKET.trackDescriptor, descriptor);
    this.endPacket(SEQ_NEEDS_INCREMENTAL_STATE);
  }

  private process(uuid: number, name: string): void {
    this.small.clear().int(PROCESS.pid, pidOf(uuid));
    this.small.text(PROCESS.processName, name);
    const descriptor = this.event.clear();
    descriptor.int(TRACK.uuid, uuid);
    descriptor.text(TRACK.name, name);
    descriptor.message(TRACK.process, this.small);
    this.packet.clear().message(PACKET.trackDescriptor, descriptor);
    this.endPacket(SEQ_NEEDS_INCREMENTAL_STATE);
  }

  private startEvent(time: number, type: number, uuid: number): void {
    this.packet.clear().int(PACKET.timestamp, time);
    this.event.clear().int(EVENT.type, type);
    this.event.int(EVENT.trackUuid, uuid);
    this.interned.clear();
  }

  private nameEvent(name: string, category: string): void {
    this.event.int(EVENT.nameIid, this.intern(this.names, INTERNED.eventNames, name));
    this.event.int(EVENT.categoryIids, this.intern(this.categories, INTERNED.eventCategories, category));
  }

  private annotate(args: Arguments): void {
    for (const [name, value] of args) {
      const { small } = this;
      const iid = this.intern(this.annotationNames, INTERNED.debugAnnotationNames, name);
      small.clear().int(ANNOTATION.nameIid, iid);
      if (typeof value === 'string') small.text(ANNOTATION.stringValue, value);
      else if (Number.isSafeInteger(value)) small.int(ANNOTATION.intValue, value);
      else small.double(ANNOTATION.doubleValue, value);
      this.event.message(EVENT.debugAnnotations, small);
    }
  }

  /** The number of a name; its first use carries the name itself. */
  private intern(known: Map<string, number>, field: number, name: string): number {
    const found = known.get(name);
    if (found !== undefined) return found;
    const iid = known.size + 1;
    known.set(name, iid);
    this.smaller.clear().int(INTERNED_ENTRY.iid, iid);
    this.smaller.text(INTERNED_ENTRY.name, name);
    this.interned.message(field, this.smaller);
    return iid;
  }

  private endEvent(): void {
    if (this.interned.length > 0) this.packet.message(PACKET.internedData, this.interned);
    this.packet.message(PACKET.trackEvent, this.event);
    this.endPacket(SEQ_NEEDS_INCREMENTAL_STATE);
  }

  private endPacket(flags: number): void {
    this.packet.int(PACKET.trustedPacketSequenceId, SEQUENCE);
    this.packet.int(PACKET.sequenceFlags, flags);
    this.outer.clear().message(TRACE.packet, this.packet);
    this.out.raw(this.outer.bytes.subarray(0, this.outer.length));
  }
}

/** Perfetto's number of a tracefs clock. Clocks it does not know, and a simulated run's, are one of this file only. */
function clockIdOf(clock: string | null): number {
  if (clock === 'mono') return CLOCK_IDS.monotonic;
  if (clock === 'mono_raw') return CLOCK_IDS.monotonicRaw;
  return clock === 'boot' ? CLOCK_IDS.boottime : CLOCK_IDS.firstOfSequence;
}

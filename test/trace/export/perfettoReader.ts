/**
 * Reads Perfetto traces with protobufjs, by field numbers written down from the .proto files of google/perfetto
 * (protos/perfetto/trace: trace.proto, trace_packet.proto, clock_snapshot.proto, interned_data, track_event) and not by
 * those of the writer; and follows the rules that those files state for packet sequences, interned data and tracks.
 */
import * as assert from 'node:assert/strict';
import { Reader, Root } from 'protobufjs';

const SCHEMA = {
  Trace: { packet: [1, 'TracePacket', 'repeated'] },
  TracePacket: {
    clock_snapshot: [6, 'ClockSnapshot'],
    timestamp: [8, 'uint64'],
    trusted_packet_sequence_id: [10, 'uint32'],
    track_event: [11, 'TrackEvent'],
    interned_data: [12, 'InternedData'],
    sequence_flags: [13, 'uint32'],
    timestamp_clock_id: [58, 'uint32'],
    trace_packet_defaults: [59, 'TracePacketDefaults'],
    track_descriptor: [60, 'TrackDescriptor'],
    first_packet_on_sequence: [87, 'bool'],
  },
  TracePacketDefaults: { timestamp_clock_id: [58, 'uint32'] },
  ClockSnapshot: { clocks: [1, 'Clock', 'repeated'], primary_trace_clock: [2, 'uint32'] },
  Clock: { clock_id: [1, 'uint32'], timestamp: [2, 'uint64'] },
  TrackDescriptor: {
    uuid: [1, 'uint64'],
    name: [2, 'string'],
    process: [3, 'ProcessDescriptor'],
    parent_uuid: [5, 'uint64'],
    counter: [8, 'CounterDescriptor'],
  },
  ProcessDescriptor: { pid: [1, 'int32'], process_name: [6, 'string'] },
  CounterDescriptor: { unit: [3, 'uint32'] },
  TrackEvent: {
    category_iids: [3, 'uint64', 'repeated'],
    debug_annotations: [4, 'DebugAnnotation', 'repeated'],
    type: [9, 'uint32'],
    name_iid: [10, 'uint64'],
    track_uuid: [11, 'uint64'],
    counter_value: [30, 'int64'],
    double_counter_value: [44, 'double'],
    flow_ids: [47, 'fixed64', 'repeated'],
    terminating_flow_ids: [48, 'fixed64', 'repeated'],
  },
  DebugAnnotation: {
    name_iid: [1, 'uint64'],
    bool_value: [2, 'bool'],
    uint_value: [3, 'uint64'],
    int_value: [4, 'int64'],
    double_value: [5, 'double'],
    string_value: [6, 'string'],
  },
  InternedData: {
    event_categories: [1, 'InternedName', 'repeated'],
    event_names: [2, 'InternedName', 'repeated'],
    debug_annotation_names: [3, 'InternedName', 'repeated'],
  },
  InternedName: { iid: [1, 'uint64'], name: [2, 'string'] },
} as const satisfies Record<string, Record<string, readonly [number, string, string?]>>;

const root = Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(SCHEMA).map(([name, fields]) => [
      name,
      {
        edition: 'proto2',
        fields: Object.fromEntries(
          Object.entries(fields as Record<string, readonly [number, string, string?]>).map(
            ([field, [id, type, rule]]) => [
              field,
              // proto2: repeated numbers are not packed.
              { id, type, ...(rule === undefined ? {} : { rule, options: { packed: false } }) },
            ],
          ),
        ),
      },
    ]),
  ),
});

type Value = number | string | boolean;
export interface Packet {
  readonly [field: string]: Value | Packet | readonly (Value | Packet)[];
}

export interface Slice {
  readonly track: string;
  readonly group: string;
  readonly name: string;
  readonly category: string;
  readonly start: number;
  end: number;
  readonly depth: number;
  readonly args: Readonly<Record<string, Value>>;
  readonly flows: readonly number[];
}

export interface PerfettoTrace {
  readonly slices: readonly Slice[];
  readonly instants: readonly Omit<Slice, 'end' | 'depth'>[];
  /** Values of each counter in the order of the file. */
  readonly counters: ReadonlyMap<string, readonly { readonly time: number; readonly value: number }[]>;
  readonly tracks: readonly string[];
  readonly clocks: readonly number[];
  readonly defaultClock: number;
}

const CLEARED = 1;
const NEEDS = 2;
const TYPE = { begin: 1, end: 2, instant: 3, counter: 4 } as const;

/** Throws AssertionError where the bytes break a rule of the format, or hold a field that the schema does not have. */
export function readPerfetto(bytes: Uint8Array): PerfettoTrace {
  return new PerfettoReader().read(packetsOf(bytes));
}

function packetsOf(bytes: Uint8Array): Packet[] {
  const type = root.lookupType('Trace');
  assertKnown(Reader.create(bytes), 'Trace', bytes.length);
  return (type.toObject(type.decode(bytes), { longs: Number }) as { packet: Packet[] }).packet;
}

const WIRE_TYPES: Readonly<Record<string, number>> = { double: 1, fixed64: 1, string: 2 };

/** Every field is one of the schema's, in its wire type: a decoder skips what it does not know. */
function assertKnown(reader: Reader, message: keyof typeof SCHEMA, end: number): void {
  const fields = Object.values(SCHEMA[message] as Record<string, readonly [number, string, string?]>);
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = fields.find(([id]) => id === tag >>> 3);
    assert.ok(field !== undefined, `${message} has no field ${tag >>> 3}`);
    const [, type] = field;
    const nested = Object.hasOwn(SCHEMA, type);
    assert.equal(tag & 7, nested ? 2 : (WIRE_TYPES[type] ?? 0), `${message}, field ${tag >>> 3}`);
    if (!nested) reader.skipType(tag & 7);
    else {
      const length = reader.uint32();
      assertKnown(reader, type as keyof typeof SCHEMA, reader.pos + length);
    }
  }
  assert.equal(reader.pos, end, `the end of ${message}`);
}

interface Track {
  readonly name: string;
  readonly group: string;
  readonly isCounter: boolean;
  /** Open slices, the innermost last. */
  readonly open: Slice[];
  reached: number;
}

class PerfettoReader {
  private readonly names = {
    event_categories: new Map<number, string>(),
    event_names: new Map<number, string>(),
    debug_annotation_names: new Map<number, string>(),
  };
  private readonly tracks = new Map<number, Track>();
  private readonly slices: Slice[] = [];
  private readonly instants: Omit<Slice, 'end' | 'depth'>[] = [];
  private readonly counters = new Map<string, { time: number; value: number }[]>();
  private clocks: number[] = [];
  private defaultClock = 0;
  private started = false;

  read(packets: readonly Packet[]): PerfettoTrace {
    for (const packet of packets) this.packet(packet);
    for (const { open, name } of this.tracks.values())
      assert.deepEqual(open, [], `${name}: slices left open`);
    const { slices, instants, counters, clocks, defaultClock } = this;
    return {
      slices,
      instants,
      counters,
      clocks,
      defaultClock,
      tracks: [...this.tracks.values()].map(({ name }) => name),
    };
  }

  private packet(packet: Packet): void {
    assert.equal(packet['trusted_packet_sequence_id'], 1);
    const flags = packet['sequence_flags'] as number;
    if (!this.started) {
      assert.equal(flags, CLEARED, 'the first packet of a sequence clears its state');
      assert.equal(packet['first_packet_on_sequence'], true);
      this.started = true;
      const snapshot = packet['clock_snapshot'] as Packet;
      this.clocks = (snapshot['clocks'] as Packet[]).map((clock) => clock['clock_id'] as number);
      assert.ok(this.clocks.includes(snapshot['primary_trace_clock'] as number));
      this.defaultClock = (packet['trace_packet_defaults'] as Packet)['timestamp_clock_id'] as number;
      assert.ok(this.clocks.includes(this.defaultClock), 'the clock of the timestamps is in the snapshot');
      return;
    }
    assert.equal(flags, NEEDS, 'all others need the state');
    if (packet['interned_data'] !== undefined) this.intern(packet['interned_data'] as Packet);
    if (packet['track_descriptor'] !== undefined) this.describe(packet['track_descriptor'] as Packet);
    else this.event(packet['timestamp'] as number, packet['track_event'] as Packet);
  }

  private intern(data: Packet): void {
    for (const [kind, known] of Object.entries(this.names)) {
      for (const entry of (data[kind] ?? []) as Packet[]) {
        const iid = entry['iid'] as number;
        assert.ok(iid > 0 && !known.has(iid), 'an interning number is given once, from 1');
        known.set(iid, entry['name'] as string);
      }
    }
  }

  private describe(descriptor: Packet): void {
    const uuid = descriptor['uuid'] as number;
    assert.ok(uuid > 0 && !this.tracks.has(uuid), 'a track is described once');
    const parent = descriptor['parent_uuid'] as number | undefined;
    if (parent !== undefined) assert.ok(this.tracks.has(parent), 'its parent is described before it');
    else assert.ok(descriptor['process'] !== undefined);
    this.tracks.set(uuid, {
      name: descriptor['name'] as string,
      group: parent === undefined ? '' : (this.tracks.get(parent) as Track).name,
      isCounter: descriptor['counter'] !== undefined,
      open: [],
      reached: 0,
    });
  }

  private event(time: number, event: Packet): void {
    const track = this.tracks.get(event['track_uuid'] as number);
    assert.ok(track !== undefined, 'an event is on a track that is described');
    assert.ok(Number.isInteger(time), 'whole ns');
    assert.ok(time >= track.reached, `${track.name}: ${time} after ${track.reached}`);
    track.reached = time;
    const type = event['type'] as number;
    assert.equal(type === TYPE.counter, track.isCounter, track.name);
    if (type === TYPE.counter) {
      const values = this.counters.get(track.name) ?? [];
      values.push({ time, value: (event['counter_value'] ?? event['double_counter_value']) as number });
      this.counters.set(track.name, values);
    } else if (type === TYPE.end) {
      const slice = track.open.pop();
      assert.ok(slice !== undefined, `${track.name}: an end without a begin`);
      slice.end = time;
    } else {
      const what = {
        track: track.name,
        group: track.group,
        name: this.name('event_names', event['name_iid'] as number),
        category: this.name('event_categories', (event['category_iids'] as number[])[0] as number),
        start: time,
        args: this.args((event['debug_annotations'] ?? []) as Packet[]),
        flows: (event['flow_ids'] ?? []) as number[],
      };
      if (type === TYPE.instant) this.instants.push(what);
      else {
        assert.equal(type, TYPE.begin);
        const slice = { ...what, end: NaN, depth: track.open.length };
        track.open.push(slice);
        this.slices.push(slice);
      }
    }
  }

  private name(kind: keyof typeof this.names, iid: number): string {
    const name = this.names[kind].get(iid);
    assert.ok(name !== undefined, `${kind} ${iid} is used before it is known`);
    return name;
  }

  private args(annotations: readonly Packet[]): Record<string, Value> {
    return Object.fromEntries(
      annotations.map(({ name_iid: iid, ...value }) => [
        this.name('debug_annotation_names', iid as number),
        Object.values(value)[0] as Value,
      ]),
    );
  }
}

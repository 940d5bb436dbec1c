/**
 * Field numbers of Perfetto's trace format, each from the .proto file of google/perfetto that its group names. They are
 * part of the format's promise: numbers are never given anew.
 */

/** protos/perfetto/trace/trace.proto */
export const TRACE = { packet: 1 } as const;

/** protos/perfetto/trace/trace_packet.proto */
export const PACKET = {
  clockSnapshot: 6,
  timestamp: 8,
  trustedPacketSequenceId: 10,
  trackEvent: 11,
  internedData: 12,
  sequenceFlags: 13,
  tracePacketDefaults: 59,
  trackDescriptor: 60,
  firstPacketOnSequence: 87,
} as const;
/** TracePacket.SequenceFlags */
export const SEQ_INCREMENTAL_STATE_CLEARED = 1;
export const SEQ_NEEDS_INCREMENTAL_STATE = 2;

/** protos/perfetto/trace/trace_packet_defaults.proto */
export const DEFAULTS = { timestampClockId: 58 } as const;

/** protos/perfetto/trace/clock_snapshot.proto and common/builtin_clock.proto */
export const CLOCK_SNAPSHOT = { clocks: 1, primaryTraceClock: 2 } as const;
export const CLOCK = { clockId: 1, timestamp: 2 } as const;
export const CLOCK_IDS = { monotonic: 3, monotonicRaw: 5, boottime: 6, firstOfSequence: 64 } as const;

/** protos/perfetto/trace/track_event/track_descriptor.proto, process_descriptor.proto, counter_descriptor.proto */
export const TRACK = { uuid: 1, name: 2, process: 3, parentUuid: 5, counter: 8 } as const;
export const PROCESS = { pid: 1, processName: 6 } as const;
export const COUNTER = { unit: 3 } as const;
export const UNITS = { count: 2, bytes: 3 } as const;

/** protos/perfetto/trace/track_event/track_event.proto */
export const EVENT = {
  categoryIids: 3,
  debugAnnotations: 4,
  type: 9,
  nameIid: 10,
  trackUuid: 11,
  counterValue: 30,
  flowIds: 47,
} as const;
export const EVENT_TYPE = { sliceBegin: 1, sliceEnd: 2, instant: 3, counter: 4 } as const;

/** protos/perfetto/trace/track_event/debug_annotation.proto */
export const ANNOTATION = { nameIid: 1, intValue: 4, doubleValue: 5, stringValue: 6 } as const;

/** protos/perfetto/trace/interned_data/interned_data.proto; its entries all have iid 1 and name 2. */
export const INTERNED = { eventCategories: 1, eventNames: 2, debugAnnotationNames: 3 } as const;
export const INTERNED_ENTRY = { iid: 1, name: 2 } as const;

/** Where things lie in records of perf, as the attributes of an event say it (include/uapi/linux/perf_event.h, enum perf_event_type). */

/** Bits of perf_event_attr.sample_type. */
const SAMPLE = {
  ip: 1 << 0,
  tid: 1 << 1,
  time: 1 << 2,
  addr: 1 << 3,
  read: 1 << 4,
  callchain: 1 << 5,
  id: 1 << 6,
  cpu: 1 << 7,
  period: 1 << 8,
  streamId: 1 << 9,
  raw: 1 << 10,
  identifier: 1 << 16,
} as const;

/** Bits of perf_event_attr.read_format. */
const READ = { timeEnabled: 1, timeRunning: 2, id: 4, group: 8, lost: 16 } as const;

const HEADER_BYTES = 8;

/** Offsets are from the beginning of the record, in bytes; -1: it is not there. */
export interface SampleLayout {
  readonly idAt: number;
  readonly timeAt: number;
  readonly cpuAt: number;
  /** Where what has no fixed size begins. */
  readonly restAt: number;
  readonly hasCallchain: boolean;
  readonly hasRaw: boolean;
  /** Bytes of a value read with each sample; -1: of a group, its size stands first. */
  readonly readBytes: number;
  readonly readGroupBytes: number;
  /** Bytes at the end of records that are no samples, if perf_event_attr.sample_id_all says they have it; offsets from the end. */
  readonly trailer: { readonly bytes: number; readonly timeAt: number; readonly cpuAt: number };
}

export function sampleLayout(sampleType: number, readFormat: number, hasTrailer: boolean): SampleLayout {
  const has = (bit: number) => (sampleType & bit) !== 0;
  let at = HEADER_BYTES;
  const place = (bit: number): number => {
    if (!has(bit)) return -1;
    at += 8;
    return at - 8;
  };
  // The order of __perf_output_... in perf_output_sample(), kernel/events/core.c.
  const identifierAt = place(SAMPLE.identifier);
  place(SAMPLE.ip);
  place(SAMPLE.tid);
  const timeAt = place(SAMPLE.time);
  place(SAMPLE.addr);
  const ownIdAt = place(SAMPLE.id);
  place(SAMPLE.streamId);
  const cpuAt = place(SAMPLE.cpu);
  place(SAMPLE.period);
  const times = bytesOf(readFormat, READ.timeEnabled) + bytesOf(readFormat, READ.timeRunning);
  const each = 8 + bytesOf(readFormat, READ.id) + bytesOf(readFormat, READ.lost);
  const isGroup = (readFormat & READ.group) !== 0;
  return {
    idAt: identifierAt >= 0 ? identifierAt : ownIdAt,
    timeAt,
    cpuAt,
    restAt: at,
    hasCallchain: has(SAMPLE.callchain),
    hasRaw: has(SAMPLE.raw),
    readBytes: !has(SAMPLE.read) ? 0 : isGroup ? -1 : times + each,
    readGroupBytes: isGroup ? each : 0,
    trailer: hasTrailer ? trailerOf(sampleType) : { bytes: 0, timeAt: -1, cpuAt: -1 },
  };
}

/** TID, TIME, ID, STREAM_ID, CPU, IDENTIFIER, those that the sample type has (perf_event__output_id_sample()). */
function trailerOf(sampleType: number): SampleLayout['trailer'] {
  const bits = [SAMPLE.tid, SAMPLE.time, SAMPLE.id, SAMPLE.streamId, SAMPLE.cpu, SAMPLE.identifier].filter(
    (bit) => (sampleType & bit) !== 0,
  );
  const fromEnd = (bit: number) => (bits.includes(bit) ? (bits.length - bits.indexOf(bit)) * 8 : -1);
  return { bytes: bits.length * 8, timeAt: fromEnd(SAMPLE.time), cpuAt: fromEnd(SAMPLE.cpu) };
}

function bytesOf(bits: number, bit: number): number {
  return (bits & bit) === 0 ? 0 : 8;
}

/**
 * Where the raw data of the sample at `at` begins (its size in front of it, 4 bytes); -1 where there is none. `words` are
 * in the order of this machine; `lowWord` is the place of the low half of a 64-bit number: 0, or 1 in big-endian files.
 */
export function rawAt(
  layout: SampleLayout,
  words: Uint32Array,
  at: number,
  end: number,
  lowWord: number,
): number {
  if (!layout.hasRaw) return -1;
  let place = at + layout.restAt;
  const count = () => (place + 8 <= end ? words[(place >>> 2) + lowWord]! : 0);
  if (layout.readBytes > 0) place += layout.readBytes;
  else if (layout.readBytes < 0) place += 8 + count() * layout.readGroupBytes;
  if (layout.hasCallchain) place += 8 + count() * 8;
  return place + 4 <= end ? place : -1;
}

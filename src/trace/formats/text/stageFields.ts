import type { Recording } from '../../calls/recording';
import { ByteInterner } from '../../calls/byteInterner';
import type { StageTimes } from '../../calls/stageTimes';
import { ascii, decimal, digitsEnd, MINUS, SPACE, standsAt } from './bytes';
import type { EventHead } from './eventHead';

const STAGE = ascii('stage=');
const NUMBERS = ['src_nid=', 'dst_nid=', 'nr_pages=', 'duration_ns=', 'rc='].map(ascii);
const [FROM, TO, PAGES, DURATION, RETURNED] = [0, 1, 2, 3, 4] as const;
const EVENT = ascii('mm_migrate_stage');
const COMMA = 44;
/** Far more than any version of the trace point has. */
const MAX_STAGES = 1024;
const MAX_NODE = 32_767;

/** Reads the fields of mm_migrate_stage, an out-of-tree event; order, mode and reason are those of the call's own events. */
export class StageFields {
  private readonly names = new ByteInterner(MAX_STAGES);
  private readonly values = new Float64Array(NUMBERS.length);
  private times: StageTimes | undefined;
  private readonly recording: Recording;

  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** False where stage or duration are missing. */
  read(head: EventHead, bytes: Uint8Array, start: number, end: number): boolean {
    const { values, recording } = this;
    values.fill(-1);
    values[RETURNED] = 0;
    let stage = -1;
    let at = start;
    while (at < end) {
      while (at < end && (bytes[at] === SPACE || bytes[at] === COMMA)) at++;
      let stop = at;
      while (stop < end && bytes[stop] !== SPACE && bytes[stop] !== COMMA) stop++;
      if (standsAt(bytes, at, STAGE) && stop > at + STAGE.length)
        stage = this.names.intern(bytes, at + STAGE.length, stop);
      else this.number(bytes, at, stop);
      at = Math.max(stop, at + 1);
    }
    if (stage < 0 || values[DURATION]! < 0) return false;
    const name = recording.strings.intern(EVENT, 0, EVENT.length);
    recording.addOther(name, head.timeNs, head.cpu, head.pid);
    this.times ??= recording.timeStages(this.names.strings);
    this.times.add(head.pid, {
      stage,
      durationNs: values[DURATION]!,
      from: Math.min(MAX_NODE, values[FROM]!),
      to: Math.min(MAX_NODE, values[TO]!),
      pages: Math.max(0, values[PAGES]!),
      returned: values[RETURNED],
    });
    return true;
  }

  private number(bytes: Uint8Array, at: number, stop: number): void {
    for (let field = 0; field < NUMBERS.length; field++) {
      const word = NUMBERS[field]!;
      if (!standsAt(bytes, at, word)) continue;
      const isNegative = bytes[at + word.length] === MINUS;
      const digits = at + word.length + (isNegative ? 1 : 0);
      if (digits >= stop || digitsEnd(bytes, digits, stop) !== stop) return;
      this.values[field] = isNegative ? -decimal(bytes, digits, stop) : decimal(bytes, digits, stop);
      return;
    }
  }
}

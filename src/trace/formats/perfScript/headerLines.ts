import { decodeUtf8 } from '../../../base/utf8';
import type { Recording } from '../../calls/recording';

/** perf's clockid → the trace_clock of tracefs that is the same clock (include/uapi/linux/time.h; kernel/trace/trace.c). */
const CLOCKS: Readonly<Record<string, string>> = {
  '0': 'realtime',
  '1': 'mono',
  '4': 'mono_raw',
  '7': 'boot',
  '11': 'tai',
};
const MAX_NOTE = 500;

/** Reads what `perf script --header` writes in front: kernel release, clock, how it was recorded. */
export class HeaderLines {
  private readonly recording: Recording;

  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** The line `bytes[start, end)` begins with `#`. What an earlier header said stays. */
  read(bytes: Uint8Array, start: number, end: number): void {
    const { recording } = this;
    const found = /^# ([a-z ]*[a-z]) *: (.*)$/.exec(decodeUtf8(bytes, start, end));
    if (found === null) return;
    const [, name = '', value = ''] = found;
    if (name === 'os release') recording.kernel ??= value.trim();
    else if (name === 'event') recording.clock ??= clockOf(value);
    else if (name === 'cmdline' && recording.notes.length === 0)
      recording.notes.push(`Recorded with: ${value.trim().slice(0, MAX_NOTE)}`);
  }
}

/** Without a clockid perf takes local_clock() (kernel/events/core.c, perf_event_clock()), which trace_clock calls `perf`. */
function clockOf(attributes: string): string | null {
  if (!/\buse_clockid = 1\b/.test(attributes)) return 'perf';
  const id = /[{ ,]clockid = (\d+)/.exec(attributes.replace('use_clockid', ''))?.[1] ?? '0';
  return CLOCKS[id] ?? null;
}

import type { Parsed } from '../../../base/problem';
import type { RecordingOptions } from '../../calls/recording';
import type { MigrationTrace } from '../../model';
import { FtraceLines } from '../ftraceText/lines';
import { TextLines } from '../text/textLines';
import { PerfLines } from './lines';

const RECORD =
  "perf record -a -k CLOCK_MONOTONIC -e 'migrate:*' -e thp:set_migration_pmd -e thp:remove_migration_pmd -e tlb:tlb_flush";

/**
 * Reads the text of `perf script`, whatever -F selects, with and without call chains, --header, --ns, --reltime and
 * --show-lost-events. Push chunks of any size, then `finish` once. Works on bytes; memory is that of the ftrace reader.
 * Never throws: what cannot be read becomes a problem with its line.
 */
export function createPerfScriptReader(options: RecordingOptions): PerfScriptReader {
  return new PerfScriptReader(options);
}

class PerfScriptReader {
  private readonly text: TextLines;
  private readonly own: PerfLines;

  constructor(options: RecordingOptions) {
    this.text = new TextLines('perf-script', options);
    const { recording, problems, events } = this.text;
    this.own = new PerfLines(recording, problems, events);
    const stray = new FtraceLines(recording, problems, events, false);
    this.text.reads({
      own: this.own,
      stray,
      ownName: 'event of perf script',
      strayName: 'ftrace text',
    });
  }

  push(chunk: Uint8Array): void {
    this.text.push(chunk);
  }

  finish(): Parsed<MigrationTrace> {
    this.text.finish();
    this.own.finish();
    this.text.problems.missing(RECORD);
    return this.text.recording.finish();
  }
}

import type { Parsed } from '../../../base/problem';
import type { RecordingOptions } from '../../calls/recording';
import type { MigrationTrace } from '../../model';
import { PerfLines } from '../perfScript/lines';
import { TextLines } from '../text/textLines';
import { FtraceLines } from './lines';

const RECORD =
  'trace-cmd record -e migrate -e thp:set_migration_pmd -e thp:remove_migration_pmd -e tlb:tlb_flush';

/**
 * Reads ftrace text: the tracefs files `trace` and `trace_pipe`, and what `trace-cmd report` prints (also with
 * -t, -l, -R, --ts-diff), kernels 5.9 to 7.x. Push chunks of any size, then `finish` once. Works on bytes; memory
 * is 35 B per event. Never throws: what cannot be read becomes a problem with its line.
 */
export function createFtraceTextReader(options: RecordingOptions): FtraceTextReader {
  return new FtraceTextReader(options, false);
}

/** The same for text of the function_graph tracer, whose lines are then tried first. */
export function createFunctionGraphReader(options: RecordingOptions): FtraceTextReader {
  return new FtraceTextReader(options, true);
}

class FtraceTextReader {
  private readonly text: TextLines;
  private readonly own: FtraceLines;

  constructor(options: RecordingOptions, isGraph: boolean) {
    this.text = new TextLines(isGraph ? 'function-graph' : 'ftrace-text', options);
    const { recording, problems, events } = this.text;
    this.own = new FtraceLines(recording, problems, events, isGraph);
    this.text.reads({
      own: this.own,
      stray: new PerfLines(recording, problems, events),
      ownName: 'ftrace event',
      strayName: 'perf script',
      fastLine: (bytes, start, end) => this.own.fastLine(bytes, start, end),
    });
  }

  push(chunk: Uint8Array): void {
    this.text.push(chunk);
  }

  finish(): Parsed<MigrationTrace> {
    this.text.finish();
    this.own.finish();
    if (this.own.lacksGraph) this.text.problems.missing(RECORD);
    return this.text.recording.finish();
  }
}

/** The traces the thread holds, by id, with the recorded run of each once somebody asked for it. */
import { observedRun } from '../analysis/observedRun';
import type { Parsed } from '../base/problem';
import type { Run } from '../engine/sim/run';
import type { TraceSummary } from '../protocol/messages';
import type { MigrationTrace } from '../trace/model';
import { summaryOf } from './summary';

export interface OpenTrace {
  readonly summary: TraceSummary;
  readonly trace: MigrationTrace;
  /** Computed at the first call. */
  observed(): Run | null;
}

export class TraceStore {
  private readonly traces = new Map<number, OpenTrace>();
  private nextId = 1;

  add(parsed: Parsed<MigrationTrace>): TraceSummary {
    const id = this.nextId++;
    const summary = summaryOf(id, parsed);
    let run: Run | null | undefined;
    this.traces.set(id, {
      summary,
      trace: parsed.value,
      observed: () => (run === undefined ? (run = observedRun(parsed.value)) : run),
    });
    return summary;
  }

  get(id: number): OpenTrace {
    const open = this.traces.get(id);
    if (open === undefined) throw new Error(`trace ${id} is not open`);
    return open;
  }

  remove(id: number): void {
    this.traces.delete(id);
  }
}

/** The traces the thread holds, by id, with the recorded run of each once somebody asked for it. */
import { type Observed, observe } from '../analysis/observedRun';
import type { Parsed } from '../base/problem';
import type { TraceSummary } from '../protocol/messages';
import type { MigrationTrace } from '../trace/model';
import { summaryOf } from './summary';

/** Folios whose observed times travel with their run; of more, the view asks for the part it shows. */
export const INLINE_OBSERVED_FOLIOS = 1 << 17;

export interface OpenTrace {
  readonly summary: TraceSummary;
  readonly trace: MigrationTrace;
  /** Computed at the first call. */
  observed(): Observed | null;
}

export class TraceStore {
  private readonly traces = new Map<number, OpenTrace>();
  private nextId = 1;

  add(parsed: Parsed<MigrationTrace>): TraceSummary {
    const id = this.nextId++;
    const summary = summaryOf(id, parsed);
    let observed: Observed | null | undefined;
    this.traces.set(id, {
      summary,
      trace: parsed.value,
      observed: () =>
        observed === undefined ? (observed = observe(parsed.value, INLINE_OBSERVED_FOLIOS)) : observed,
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

/** The runs of the trace, asked for once each. */
import type { Run } from '../../engine/sim/run';
import type { RunChoice } from '../../protocol/messages';
import type { HostConnection } from './hostConnection';
import type { RunView } from './runView';
import { createRunView } from './runView';

export interface RunStore {
  /** The run of a design; null where the trace has none. Rejects when the host could not make it. */
  get(choice: RunChoice): Promise<RunView | null>;
  /** The run, if it is here already. */
  peek(choice: RunChoice): RunView | null;
  /** Forgets all runs: trace or machine changed. */
  clear(): void;
}

const FOLIOS_PER_REQUEST = 1 << 16;

/** The times of a long recording's folios do not come with the run: they are fetched in pieces. */
async function withTimes(connection: HostConnection, run: Run): Promise<Run> {
  if (run.kind !== 'observed' || run.observedTimes !== null) return run;
  const unmapped = new Float64Array(run.folioCount).fill(NaN);
  const remapped = new Float64Array(run.folioCount).fill(NaN);
  for (let first = 0; first < run.folioCount; first += FOLIOS_PER_REQUEST) {
    const piece = await connection.request('observedTimes', { first, count: FOLIOS_PER_REQUEST });
    unmapped.set(piece.unmapped, first);
    remapped.set(piece.remapped, first);
    if (piece.length === 0) break;
  }
  return { ...run, observedTimes: { length: run.folioCount, unmapped, remapped } };
}

export function createRunStore(connection: HostConnection): RunStore {
  let asked = new Map<RunChoice, Promise<RunView | null>>();
  let here = new Map<RunChoice, RunView>();
  return {
    get(choice) {
      const known = asked.get(choice);
      if (known !== undefined) return known;
      const [requests, views] = [asked, here];
      const answer = connection.request('run', { choice }).then(async (result) => {
        if (result === null) return null;
        const view = createRunView(result.header, await withTimes(connection, result.run));
        views.set(choice, view);
        return view;
      });
      // A failed request may be tried again.
      answer.catch(() => requests.delete(choice));
      asked.set(choice, answer);
      return answer;
    },
    peek: (choice) => here.get(choice) ?? null,
    clear() {
      asked = new Map();
      here = new Map();
    },
  };
}

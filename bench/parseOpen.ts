/**
 * Opens a trace as the analysis thread does, in a process of its own: reads it, makes the recorded run, and takes the times of the
 * folios a view would show first and last. Prints one JSON object. Usage: node out/bench/parseOpen.js FILE
 */
import { Transferred } from '../src/protocol/rpc';
import { createAnswers } from '../src/worker/answers';
import { peakBytes } from './parse/peak';

const SHOWN_FOLIOS = 1 << 16;

function plain<T>(answer: T | Transferred<T>): T {
  return answer instanceof Transferred ? answer.value : answer;
}

async function main(path: string): Promise<void> {
  const answers = createAnswers(() => undefined);
  const context = { requestId: 1, cancelled: () => false };
  const cpuMs = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  const begin = performance.now();
  const summary = plain(await answers.openTrace({ path }, context));
  const read = performance.now();
  const readPeak = peakBytes();
  const observed = plain(await answers.observedRun({ traceId: summary.id }, context));
  const run = performance.now();
  const folios = observed?.run.folioCount ?? 0;
  for (const first of [0, Math.max(0, folios - SHOWN_FOLIOS)])
    await answers.observedTimes({ traceId: summary.id, first, count: SHOWN_FOLIOS }, context);
  console.log(
    JSON.stringify({
      calls: summary.calls,
      folios,
      readMs: read - begin,
      runMs: run - read,
      timesMs: performance.now() - run,
      cpuMs: cpuMs(),
      readPeak,
      peak: peakBytes(),
    }),
  );
}

void main(process.argv[2] ?? '');

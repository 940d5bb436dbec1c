/**
 * How long a fresh thread takes from its start to its first answer: the product's own worker opens a trace
 * and replays it, once. Usage: node out/bench/coldWorker.js TRACE DESIGN   prints a `FirstAnswer`
 */
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { defined } from '../src/base/assert';
import type { WorkerNotices, WorkerRequests } from '../src/protocol/messages';
import { Rpc } from '../src/protocol/rpc';
import type { FirstAnswer, Moment } from './speed/measured';
import { CASES } from './speed/workloads';

async function main(trace: string, caseName: string): Promise<FirstAnswer> {
  const benchCase = defined(
    CASES.find(({ name }) => name === caseName),
    'a case of the bench',
  );
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const moment = (): Moment => {
    const { user, system } = process.cpuUsage(cpu);
    return { wallMs: performance.now() - begin, cpuMs: (user + system) / 1000 };
  };
  const thread = new Worker(path.resolve('dist', 'worker.js'));
  const online = new Promise<Moment>((resolve) => thread.once('online', () => resolve(moment())));
  const rpc: Rpc<WorkerRequests, object, object, WorkerNotices> = new Rpc(
    {
      post: (message) => thread.postMessage(message),
      listen: (receive) => void thread.on('message', receive),
    },
    {},
    {},
  );
  const { id: traceId } = await rpc.call('openTrace', { path: trace }).result;
  const opened = moment();
  const { config, machine } = benchCase;
  await rpc.call('simulate', { traceId, config, machine }).result;
  const answered = moment();
  await thread.terminate();
  return { online: await online, opened, answered };
}

const [trace = '', caseName = ''] = process.argv.slice(2);
main(trace, caseName).then(
  (answer) => console.log(JSON.stringify(answer)),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);

/** The analysis thread: connects its port to what it answers. */
import type { MessagePort } from 'node:worker_threads';
import { threadId } from 'node:worker_threads';
import type { WorkerNotices, WorkerRequests } from '../protocol/messages';
import { Rpc } from '../protocol/rpc';
import { createAnswers } from './answers';
import { threadChannel } from './threadChannel';

/** More runs than anyone asks one thread for. */
const RUNS_PER_THREAD = 1_000_000;

export function startAnalysis(port: MessagePort): void {
  const rpc: Rpc<object, WorkerNotices, WorkerRequests, object> = new Rpc(
    threadChannel(port),
    createAnswers((payload) => rpc.notify('progress', payload), threadId * RUNS_PER_THREAD),
    {},
  );
}

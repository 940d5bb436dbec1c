/** Entry of the analysis thread: connects its port to what it answers. */
import { parentPort, threadId } from 'node:worker_threads';
import { defined } from '../base/assert';
import type { WorkerNotices, WorkerRequests } from '../protocol/messages';
import { Rpc } from '../protocol/rpc';
import { createAnswers } from './answers';
import { threadChannel } from './threadChannel';

const port = defined(parentPort, 'the port of the analysis thread');

/** More runs than anyone asks one thread for. */
const RUNS_PER_THREAD = 1_000_000;

const rpc: Rpc<object, WorkerNotices, WorkerRequests, object> = new Rpc(
  threadChannel(port),
  createAnswers((payload) => rpc.notify('progress', payload), threadId * RUNS_PER_THREAD),
  {},
);

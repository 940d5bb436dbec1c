/** Entry of the recorder's thread: a recording polls the kernel many times a second, which the host's thread must not do. */
import { parentPort } from 'node:worker_threads';
import { defined } from '../base/assert';
import type { RecorderNotices, RecorderRequests } from '../protocol/recording';
import { Rpc } from '../protocol/rpc';
import { createRecorderAnswers } from './recorderAnswers';

const port = defined(parentPort, "the port of the recorder's thread");

const rpc: Rpc<object, RecorderNotices, RecorderRequests, object> = new Rpc(
  {
    post: (message) => port.postMessage(message),
    listen: (receive) => void port.on('message', receive),
  },
  createRecorderAnswers({
    figures: (figures) => rpc.notify('figures', figures),
    writing: (progress) => rpc.notify('writing', progress),
  }),
  {},
);

/** The recorder's thread: a recording polls the kernel many times a second, which the host's thread must not do. */
import type { MessagePort } from 'node:worker_threads';
import type { RecorderNotices, RecorderRequests } from '../protocol/recording';
import { Rpc } from '../protocol/rpc';
import { createRecorderAnswers } from './recorderAnswers';

export function startRecorder(port: MessagePort): void {
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
}

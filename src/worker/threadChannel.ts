/** The channel of the analysis thread. A thread that simulates hears nothing by itself; `hear` lets it. */
import type { MessagePort } from 'node:worker_threads';
import { receiveMessageOnPort } from 'node:worker_threads';
import type { Channel } from '../protocol/rpc';
import { isCancel } from '../protocol/rpc';

/** Contract: messages are received in their order. A cancel that is heard before its turn is received then, and again in its turn. */
export function threadChannel(port: MessagePort): Channel {
  let receive: (message: unknown) => void = () => undefined;
  /** Taken off the port, and not received in their turn yet. */
  const kept: unknown[] = [];
  const receiveKept = () => {
    while (kept.length > 0) receive(kept.shift());
  };
  return {
    post: (message, transfer) => port.postMessage(message, [...(transfer ?? [])]),
    listen: (listener) => {
      receive = listener;
      port.on('message', (message) => {
        kept.push(message);
        receiveKept();
      });
    },
    hear: () => {
      const wasEmpty = kept.length === 0;
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
        kept.push(next.message);
      }
      if (wasEmpty && kept.length > 0) setImmediate(receiveKept);
      // They stay for their turn: what they take back may still wait before them.
      for (const message of kept) if (isCancel(message)) receive(message);
    },
  };
}

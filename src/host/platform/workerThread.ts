/** Starts the analysis thread and the recorder's. The only place of the host that touches worker_threads. */
import { Worker } from 'node:worker_threads';
import type { Channel } from '../../protocol/rpc';

export interface WorkerThread {
  readonly channel: Channel;
  /** Calls back once when the thread is gone, with the reason if it was not asked to go. */
  onExit(callback: (reason: string) => void): void;
  terminate(): void;
}

/**
 * @param script absolute path of the bundled worker
 * @param role what the thread is for
 */
export function startWorkerThread(script: string, role: 'analysis' | 'recorder'): WorkerThread {
  const worker = new Worker(script, { workerData: role, stdout: false, stderr: false });
  let reason = '';
  worker.on('error', (error) => {
    reason = error instanceof Error ? error.message : String(error);
  });
  return {
    channel: {
      post: (message, transfer) => worker.postMessage(message, [...(transfer ?? [])]),
      listen: (receive) => void worker.on('message', receive),
    },
    onExit: (callback) => {
      worker.once('exit', (code) => callback(reason === '' ? `it ended with code ${code}` : reason));
    },
    terminate: () => void worker.terminate(),
  };
}

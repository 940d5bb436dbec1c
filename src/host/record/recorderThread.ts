/** The host's side of the recorder's thread, which lives as long as one recording. */
import type { RecorderNotices, RecorderRequests } from '../../protocol/recording';
import type { Call, NoticeHandlers } from '../../protocol/rpc';
import { Rpc } from '../../protocol/rpc';
import type { WorkerThread } from '../platform/workerThread';
import { startWorkerThread } from '../platform/workerThread';

export class RecorderThread {
  private readonly thread: WorkerThread;
  private readonly rpc: Rpc<RecorderRequests, object, object, RecorderNotices>;

  /** @param script absolute path of the bundled thread */
  constructor(script: string, notices: NoticeHandlers<RecorderNotices>) {
    this.thread = startWorkerThread(script, 'recorder');
    this.rpc = new Rpc(this.thread.channel, {}, notices);
    this.thread.onExit((reason) => this.rpc.close(`the recorder's thread stopped (${reason})`));
  }

  call<K extends keyof RecorderRequests>(
    name: K,
    params: RecorderRequests[K]['params'],
  ): Call<RecorderRequests[K]['result']> {
    return this.rpc.call(name, params);
  }

  /** Ends it at once: a recording under way leaves its instance behind, which the next one removes. */
  terminate(): void {
    this.thread.terminate();
  }
}

/**
 * The host's side of the analysis thread: starts it at the first request, starts it anew after a
 * crash, and carries progress and cancellation.
 *
 * Contract: `generation` grows with every start. What the thread knew (open traces) is valid only for
 * the generation it was told in. A request in flight during a crash rejects with `WorkerStopped`.
 */
import * as vscode from 'vscode';
import type { WorkerNotices, WorkerRequests } from '../protocol/messages';
import { Rpc } from '../protocol/rpc';
import type { WorkerThread } from './platform/workerThread';
import { startWorkerThread } from './platform/workerThread';

type WorkerRpc = Rpc<WorkerRequests, object, object, WorkerNotices>;
export type ProgressListener = (progress: { what: string; done: number; total: number }) => void;

export interface RequestOptions {
  readonly token?: vscode.CancellationToken;
  readonly onProgress?: ProgressListener;
}

/** The thread ended while it worked on the request. */
export class WorkerStopped extends Error {
  constructor(reason: string) {
    super(`the analysis thread stopped (${reason})`);
    this.name = 'WorkerStopped';
  }
}

interface Running {
  readonly thread: WorkerThread;
  readonly rpc: WorkerRpc;
  /** Why it ended; null while it runs. */
  stopReason: string | null;
}

export class AnalysisWorker implements vscode.Disposable {
  private readonly script: string;
  private readonly stopped = new vscode.EventEmitter<string>();
  private readonly listeners = new Map<number, ProgressListener>();
  private running: Running | null = null;
  private disposed = false;
  private starts = 0;

  /** Fires with the reason when the thread ended without having been asked to. */
  readonly onDidStop = this.stopped.event;

  /** @param script absolute path of the bundled worker */
  constructor(script: string) {
    this.script = script;
  }

  get generation(): number {
    return this.starts;
  }

  /** Starts the thread if it does not run, so that `generation` is the one the next request meets. */
  ensureRunning(): number {
    this.running ??= this.start();
    return this.starts;
  }

  async request<K extends keyof WorkerRequests>(
    name: K,
    params: WorkerRequests[K]['params'],
    options: RequestOptions = {},
  ): Promise<WorkerRequests[K]['result']> {
    const running = (this.running ??= this.start());
    const call = running.rpc.call(name, params);
    if (options.onProgress !== undefined) this.listeners.set(call.id, options.onProgress);
    const cancellation = options.token?.onCancellationRequested(() => call.cancel());
    try {
      return await call.result;
    } catch (error) {
      throw running.stopReason === null ? error : new WorkerStopped(running.stopReason);
    } finally {
      cancellation?.dispose();
      this.listeners.delete(call.id);
    }
  }

  /** Ends the thread as a crash would; the next request starts another. For tests. */
  kill(): void {
    this.running?.thread.terminate();
  }

  dispose(): void {
    this.disposed = true;
    this.running?.thread.terminate();
    this.running = null;
    this.stopped.dispose();
  }

  private start(): Running {
    if (this.disposed) throw new WorkerStopped('the extension is shutting down');
    this.starts++;
    const thread = startWorkerThread(this.script, 'analysis');
    const rpc: WorkerRpc = new Rpc(
      thread.channel,
      {},
      {
        progress: ({ requestId, ...progress }) => this.listeners.get(requestId)?.(progress),
      },
    );
    const running: Running = { thread, rpc, stopReason: null };
    thread.onExit((reason) => {
      if (this.running === running) this.running = null;
      running.stopReason = reason;
      rpc.close(reason);
      if (!this.disposed) this.stopped.fire(reason);
    });
    return running;
  }
}

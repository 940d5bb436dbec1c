/** The webview's end of the connection to the host, and the little state that outlives a hidden view. */
import type { HostNotices, ViewNotices, ViewRequests } from '../../protocol/messages';
import { Rpc } from '../../protocol/rpc';

interface VsCodeApi {
  readonly postMessage: (message: unknown) => void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** The host asks a view for nothing. */
export type HostConnection = Rpc<ViewRequests, ViewNotices, object, HostNotices>;
export type HostHandlers = { [K in keyof HostNotices]?: (payload: HostNotices[K]) => void };

let api: VsCodeApi | undefined;
/** `acquireVsCodeApi` may be called once only. */
export function vscodeApi(): VsCodeApi {
  api ??= acquireVsCodeApi();
  return api;
}

/** Connects to the host. `ready` is not sent: the caller does when it can draw. */
export function connectToHost(handlers: HostHandlers): HostConnection {
  const vscode = vscodeApi();
  return new Rpc(
    {
      post: vscode.postMessage,
      listen: (receive) =>
        window.addEventListener('message', (event: MessageEvent<unknown>) => receive(event.data)),
    },
    {},
    handlers,
  );
}

/** What was kept by `keepState`, where `valid` accepts it. */
export function restoredState<T>(valid: (state: unknown) => state is T): T | null {
  const state = vscodeApi().getState();
  return valid(state) ? state : null;
}

/** Keeps `state` until the view is closed; hiding and showing the view brings it back. */
export function keepState(state: unknown): void {
  vscodeApi().setState(state);
}

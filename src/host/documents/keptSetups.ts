/** What was set for each trace, kept with the workspace: a trace that is opened again is replayed as before. */
import type * as vscode from 'vscode';
import type { ReplayChanges } from '../../protocol/replaySetup';
import { cleanChanges } from '../../protocol/replaySetup';

const KEY = 'migtrace.replaySetups';
/** Traces whose setups are kept; the ones set longest ago are forgotten. */
const MOST = 100;

export class KeptSetups {
  private readonly memento: vscode.Memento;

  constructor(memento: vscode.Memento) {
    this.memento = memento;
  }

  get(uri: vscode.Uri): ReplayChanges {
    return cleanChanges(this.all()[uri.toString()]);
  }

  set(uri: vscode.Uri, changes: ReplayChanges): void {
    const key = uri.toString();
    const others = Object.entries(this.all()).filter(([known]) => known !== key);
    const mine = Object.keys(changes).length === 0 ? [] : [[key, changes] as const];
    void this.memento.update(KEY, Object.fromEntries([...others, ...mine].slice(-MOST)));
  }

  private all(): Readonly<Record<string, unknown>> {
    return this.memento.get<Record<string, unknown>>(KEY, {});
  }
}

/** All webviews that show a trace, and which of them commands, status bar and sidebar mean. */
import * as vscode from 'vscode';
import type { TraceDocument } from '../documents/traceDocument';
import { CONTEXT_KEYS } from '../ids';
import type { PanelKind, TracePanel } from './tracePanel';

export class TracePanels implements vscode.Disposable {
  private readonly panels: TracePanel[] = [];
  private readonly changed = new vscode.EventEmitter<void>();
  private front: TracePanel | null = null;
  private shownContext = '';

  /** Another panel is in front, or the one in front moved its playhead. */
  readonly onDidChange = this.changed.event;

  /** The panel last in front that is still open; null when none is open. */
  get current(): TracePanel | null {
    return this.front;
  }

  all(): readonly TracePanel[] {
    return this.panels;
  }

  add(panel: TracePanel): void {
    this.panels.push(panel);
    panel.panel.onDidChangeViewState(() => this.update(panel));
    panel.onDidMovePlayhead(() => {
      if (panel === this.front) this.announce();
    });
    panel.onDidDispose(() => {
      this.panels.splice(this.panels.indexOf(panel), 1);
      if (this.front === panel)
        this.front = this.panels.findLast((other) => other.panel.visible) ?? this.panels.at(-1) ?? null;
      this.announce();
    });
    this.update(panel);
  }

  /** A panel of a document, the one in front first. */
  of(document: TraceDocument, kind: PanelKind): TracePanel | undefined {
    const matches = (panel: TracePanel) => panel.document === document && panel.kind === kind;
    if (this.front !== null && matches(this.front)) return this.front;
    return this.panels.find(matches);
  }

  dispose(): void {
    this.changed.dispose();
  }

  private update(panel: TracePanel): void {
    if (panel.panel.active || this.front === null) this.front = panel;
    this.announce();
  }

  private announce(): void {
    const active = this.panels.some(({ panel }) => panel.active);
    const playing = this.front?.playhead?.playing === true;
    const context = `${active} ${playing} ${this.panels.length > 0}`;
    if (context !== this.shownContext) {
      this.shownContext = context;
      setContext(CONTEXT_KEYS.viewActive, active);
      setContext(CONTEXT_KEYS.playing, playing);
      setContext(CONTEXT_KEYS.hasTrace, this.panels.length > 0);
    }
    this.changed.fire();
  }
}

function setContext(key: string, value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}

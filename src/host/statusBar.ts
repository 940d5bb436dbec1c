/** The status bar item: which trace, how far, playing or not. A click plays or pauses. */
import * as vscode from 'vscode';
import type { Playhead } from '../protocol/messages';
import type { TracePanels } from './editor/tracePanels';
import { COMMANDS } from './ids';

export class StatusBar implements vscode.Disposable {
  readonly item: vscode.StatusBarItem;
  private readonly panels: TracePanels;
  private readonly subscription: vscode.Disposable;

  constructor(panels: TracePanels) {
    this.panels = panels;
    this.item = vscode.window.createStatusBarItem('migtrace.status', vscode.StatusBarAlignment.Left, 20);
    this.item.name = 'MigTrace';
    this.item.command = COMMANDS.togglePlay;
    this.subscription = panels.onDidChange(() => this.update());
  }

  dispose(): void {
    this.subscription.dispose();
    this.item.dispose();
  }

  private update(): void {
    const panel = this.panels.current;
    if (panel === null) {
      this.item.hide();
      return;
    }
    const { name, state } = panel.document;
    this.item.text = statusText(name, state.kind, panel.playhead);
    this.item.tooltip = statusTooltip(name, panel.playhead);
    this.item.accessibilityInformation = { label: statusLabel(name, panel.playhead) };
    this.item.show();
  }
}

const count = new Intl.NumberFormat('en-US');

/** The text, with a codicon for the state. */
export function statusText(
  name: string,
  state: 'loading' | 'ready' | 'failed',
  playhead: Playhead | null,
): string {
  if (state === 'failed') return `$(error) ${name}`;
  if (state === 'loading') return `$(loading~spin) ${name}`;
  if (playhead === null) return `$(debug-start) ${name}`;
  const icon = playhead.playing ? '$(debug-pause)' : '$(debug-start)';
  return `${icon} ${name}  ${count.format(playhead.pagesMoved)} / ${count.format(playhead.pagesTotal)} pages (${percent(playhead)} %)`;
}

function statusTooltip(name: string, playhead: Playhead | null): string {
  if (playhead === null) return `MigTrace: play ${name}`;
  const lines = [
    `${name}: ${playhead.playing ? 'playing' : 'paused'}. Click to ${playhead.playing ? 'pause' : 'play'}.`,
    `${count.format(playhead.pagesMoved)} of ${count.format(playhead.pagesTotal)} base pages moved, ${count.format(playhead.pagesFailed)} failed`,
    `batch ${count.format(playhead.batch + 1)} of ${count.format(playhead.batches)}`,
  ];
  return lines.join('\n');
}

function statusLabel(name: string, playhead: Playhead | null): string {
  if (playhead === null) return `MigTrace, ${name}, not played yet`;
  return `MigTrace, ${name}, ${playhead.playing ? 'playing' : 'paused'}, ${percent(playhead)} percent of the pages moved`;
}

function percent({ pagesMoved, pagesTotal }: Playhead): number {
  return pagesTotal === 0 ? 0 : Math.floor((100 * pagesMoved) / pagesTotal);
}

/** Says everywhere in VS Code that a recording runs: a context key, and an item of the status bar that stops it. */
import * as vscode from 'vscode';
import { COMMANDS, CONTEXT_KEYS } from '../ids';
import type { Recorder } from './recorder';

/** Left of most, next to what plays. */
const PRIORITY = 101;

export function followRecording(recorder: Recorder): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(
    'migtrace.recording',
    vscode.StatusBarAlignment.Left,
    PRIORITY,
  );
  item.name = 'MigTrace Recording';
  item.command = COMMANDS.stopRecording;
  item.tooltip = 'MigTrace records page migration. Click to stop.';
  let wasRecording = false;
  const subscription = recorder.onDidChange(() => {
    const isRecording = recorder.state.kind === 'recording';
    if (isRecording !== wasRecording) {
      wasRecording = isRecording;
      void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.recording, isRecording);
      if (isRecording) item.show();
      else item.hide();
    }
    if (!isRecording) return;
    const { figures } = recorder.figures;
    const time = clock(figures?.seconds ?? 0);
    item.text = `$(record) ${time}  ${(figures?.totals.nr_succeeded ?? 0).toLocaleString('en-US')} pages`;
  });
  return vscode.Disposable.from(subscription, item);
}

/** `1:05`. */
function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

/** Record Migration Trace, Stop Recording. */
import * as vscode from 'vscode';
import type { CommandContext } from './commandContext';

/** Records from the kernel of the machine the extension runs on; a workspace that is not trusted may not. */
export async function recordTrace({ recording }: CommandContext): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    const answer = await vscode.window.showWarningMessage(
      'Recording reads from the running kernel and writes into this folder: trust the workspace first.',
      'Manage Workspace Trust',
    );
    if (answer !== undefined) await vscode.commands.executeCommand('workbench.trust.manage');
    return;
  }
  await recording.panel.record();
}

/** Ends the recording under way; its trace is written and opened. */
export async function stopRecording({ recording }: CommandContext): Promise<void> {
  await recording.recorder.stop();
}

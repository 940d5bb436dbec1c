/** What every command may use, and how a command finds the trace it is meant for. */
import * as vscode from 'vscode';
import type { AnalysisWorker } from '../analysisWorker';
import type { DashboardPanels } from '../dashboard/dashboardPanels';
import type { TraceDocument } from '../documents/traceDocument';
import type { TraceDocuments } from '../documents/traceDocuments';
import type { TraceEditorProvider } from '../editor/traceEditorProvider';
import type { TracePanels } from '../editor/tracePanels';
import { COMMANDS } from '../ids';
import type { Log } from '../log';
import type { MachineStore } from '../machines/machineStore';
import type { Recorder } from '../record/recorder';
import type { RecorderPanel } from '../record/recorderPanel';

export interface CommandContext {
  readonly log: Log;
  readonly worker: AnalysisWorker;
  readonly documents: TraceDocuments;
  readonly panels: TracePanels;
  readonly machines: MachineStore;
  readonly editor: TraceEditorProvider;
  readonly dashboards: DashboardPanels;
  readonly recording: { readonly recorder: Recorder; readonly panel: RecorderPanel };
}

/** A row for a quick pick that stands for a value. */
export interface ValueItem<T> extends vscode.QuickPickItem {
  readonly value: T;
}

/**
 * The file a command is about: an item of the Runs view, a file of the explorer, the trace in front,
 * or the file of the active text editor or tab; undefined where there is none.
 */
export function targetUri(context: CommandContext, argument: unknown): vscode.Uri | undefined {
  if (argument instanceof vscode.Uri) return argument;
  const document = (argument as { document?: { uri?: unknown } } | undefined)?.document;
  if (document?.uri instanceof vscode.Uri) return document.uri;
  return context.panels.current?.document.uri ?? vscode.window.activeTextEditor?.document.uri;
}

/** The open trace a command is about; says what to do, and gives undefined, where none is open. */
export function targetDocument(context: CommandContext, argument: unknown): TraceDocument | undefined {
  const uri = targetUri(context, argument);
  const document = uri === undefined ? undefined : context.documents.get(uri);
  if (document !== undefined) return document;
  void vscode.window
    .showInformationMessage('No trace is open. Open one first.', 'Open Trace…')
    .then((answer) => {
      if (answer !== undefined) void vscode.commands.executeCommand(COMMANDS.openTrace);
    });
  return undefined;
}

/** Builds the parts of the host and connects them. Nothing here reads a file or starts a thread. */
import * as vscode from 'vscode';
import type { ExtensionApi } from './api';
import { createApi } from './api';
import { AnalysisWorker } from './analysisWorker';
import { registerCommands } from './commands/registerCommands';
import { DashboardPanels } from './dashboard/dashboardPanels';
import { choicesFor } from './designs';
import { KeptSetups } from './documents/keptSetups';
import { TraceDocuments } from './documents/traceDocuments';
import { TraceProblems } from './documents/traceProblems';
import { TraceEditorProvider } from './editor/traceEditorProvider';
import type { PanelServices } from './editor/tracePanel';
import { TracePanels } from './editor/tracePanels';
import { VIEWS } from './ids';
import { createLog, reportError } from './log';
import { MachineStore } from './machines/machineStore';
import { traceToOpenAtStartup } from './platform/environment';
import { followRecording } from './record/followRecording';
import { Recorder } from './record/recorder';
import { RecorderPanel } from './record/recorderPanel';
import { machineFor, replaySetup, simulationSetup } from './replay';
import { configuredRun, onRunSettingsChange } from './settings';
import { StatusBar } from './statusBar';
import { LiveView } from './views/liveView';
import { MachineTree } from './views/machineTree';
import { RunsTree } from './views/runsTree';

export function createApp(extension: vscode.ExtensionContext): ExtensionApi {
  const log = createLog();
  const fileOf = (...parts: string[]) => vscode.Uri.joinPath(extension.extensionUri, ...parts).fsPath;
  const worker = new AnalysisWorker(fileOf('dist', 'worker.js'));
  const machines = new MachineStore(log);
  const documents = new TraceDocuments({
    worker,
    setup: (summary, changes) => simulationSetup(machines, summary, changes),
    kept: new KeptSetups(extension.workspaceState),
  });
  const panels = new TracePanels();
  const services: PanelServices = {
    log,
    snapshot: (document) => {
      const { changes, summary } = document;
      if (summary === null) return null;
      return {
        trace: summary,
        machine: machineFor(machines, summary, changes),
        choices: choicesFor(summary, changes.kernel ?? configuredRun().kernel),
        replay: replaySetup(machines, summary, changes),
        selected: document.selected,
      };
    },
  };
  const editor = new TraceEditorProvider(extension.extensionUri, documents, panels, services);
  const dashboards = new DashboardPanels(extension.extensionUri, panels, services);
  const live = new LiveView(extension.extensionUri, panels, log);
  const recorder = new Recorder(
    fileOf('dist', 'worker.js'),
    fileOf('dist', 'cli.js'),
    extension.globalStorageUri,
    log,
  );
  const recorderPanel = new RecorderPanel(extension.extensionUri, recorder, log, (file) => editor.open(file));
  const status = new StatusBar(panels);
  const runsTree = new RunsTree(documents);
  const machineTree = new MachineTree(() => {
    const document = panels.current?.document;
    const trace = document?.summary?.machine ?? null;
    const machine = machineFor(machines, { machine: trace }, document?.changes ?? {});
    return {
      machine,
      recorded: trace,
      why: document?.changes.machine === undefined ? machines.reason(trace) : 'chosen',
    };
  });
  const machineView = vscode.window.createTreeView(VIEWS.machine, { treeDataProvider: machineTree });

  let shownMachine = '';
  const followMachine = () => {
    const name = machineTree.title();
    if (name === shownMachine) return;
    shownMachine = name;
    machineView.description = machineTree.machineName;
    machineTree.refresh();
  };
  followMachine();
  extension.subscriptions.push(
    log,
    worker,
    machines,
    documents,
    new TraceProblems(documents, log),
    panels,
    live,
    recorder,
    recorderPanel,
    followRecording(recorder),
    status,
    runsTree,
    machineView,
    vscode.window.registerTreeDataProvider(VIEWS.runs, runsTree),
    live.register(),
    editor.register(),
    machines.onDidChange(() => {
      documents.dropSimulations();
      followMachine();
      machineTree.refresh();
    }),
    onRunSettingsChange(() => documents.dropSimulations()),
    panels.onDidChange(followMachine),
    documents.onDidChange(followMachine),
    worker.onDidStop((reason) => {
      log.error(`The analysis thread stopped: ${reason}. It starts anew with the next request.`);
      void vscode.window.showWarningMessage(
        'MigTrace: the analysis thread stopped and was restarted. Open traces are read again when they are needed.',
      );
    }),
    ...registerCommands({
      log,
      worker,
      documents,
      panels,
      machines,
      editor,
      dashboards,
      recording: { recorder, panel: recorderPanel },
    }),
  );

  const wanted = traceToOpenAtStartup();
  if (wanted !== null) {
    editor
      .open(vscode.Uri.file(wanted), true)
      .catch((error: unknown) => reportError(log, `${wanted} could not be opened`, error));
  }
  return createApi({ worker, documents, panels, status, live, machineTree, runsTree, recorder });
}

/**
 * Which machine runs are played on: the setting `migtrace.machine` names a preset or a machine file;
 * empty, the trace's own choice holds, else the machine of the RFC.
 */
import * as vscode from 'vscode';
import type { Problem } from '../../base/problem';
import { formatProblem } from '../../base/problem';
import type { Machine } from '../../engine/machine/machine';
import { parseMachineFile } from '../../engine/machine/machineFile';
import { DEFAULT_MACHINE, PRESETS } from '../../engine/machine/presets/registry';
import type { TraceMachine } from '../../trace/model';
import { SETTINGS, SETTINGS_SECTION } from '../ids';
import type { Log } from '../log';

export const MACHINE_FILE_SUFFIX = '.migtopo.json';

interface LoadedFile {
  readonly setting: string;
  readonly uri: vscode.Uri;
  readonly machine: Machine | null;
  readonly problems: readonly Problem[];
}

export class MachineStore implements vscode.Disposable {
  private readonly log: Log;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly collection = vscode.languages.createDiagnosticCollection('migtrace.machine');
  private readonly subscriptions: vscode.Disposable[] = [];
  private watcher: vscode.Disposable | null = null;
  private file: LoadedFile | null = null;

  /** The machine that holds has changed. */
  readonly onDidChange = this.changed.event;

  constructor(log: Log) {
    this.log = log;
    this.subscriptions.push(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${SETTINGS_SECTION}.${SETTINGS.machine}`)) void this.refresh();
      }),
    );
    if (this.setting.endsWith('.json')) void this.refresh();
  }

  /** The machine for a trace. A machine file that cannot be used falls back, having been reported. */
  forTrace(trace: TraceMachine | null): Machine {
    const { setting } = this;
    if (this.file?.setting === setting && this.file.machine !== null) return this.file.machine;
    return preset(setting) ?? preset(trace?.preset ?? '') ?? DEFAULT_MACHINE;
  }

  /** Why this machine: for the view's description. */
  reason(trace: TraceMachine | null): 'chosen' | 'asked for by the trace' | 'default' {
    if (this.file?.machine !== undefined && this.file.machine !== null) return 'chosen';
    if (preset(this.setting) !== undefined) return 'chosen';
    return preset(trace?.preset ?? '') === undefined ? 'default' : 'asked for by the trace';
  }

  get setting(): string {
    return vscode.workspace.getConfiguration(SETTINGS_SECTION).get(SETTINGS.machine, '').trim();
  }

  /** Stores the choice: in the workspace where there is one, else for the person. */
  async choose(value: string): Promise<void> {
    const target =
      vscode.workspace.workspaceFolders === undefined
        ? vscode.ConfigurationTarget.Global
        : vscode.ConfigurationTarget.Workspace;
    await vscode.workspace.getConfiguration(SETTINGS_SECTION).update(SETTINGS.machine, value, target);
    await this.refresh();
  }

  /** Reads a machine file, puts what is wrong into the Problems panel, and returns the machine if there is one. */
  async read(uri: vscode.Uri): Promise<{ machine: Machine | null; problems: readonly Problem[] }> {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    const { value, problems } = parseMachineFile(text, PRESETS);
    const name = uri.path.split('/').at(-1) ?? uri.path;
    for (const problem of problems) this.log.warn(formatProblem(name, problem));
    const severity = value === null ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
    const diagnostics = problems.map((problem) => {
      const row = (problem.line ?? 1) - 1;
      const range = new vscode.Range(row, 0, row, 1000);
      const diagnostic = new vscode.Diagnostic(range, `${problem.message} ${problem.hint}`, severity);
      diagnostic.source = 'MigTrace';
      return diagnostic;
    });
    this.collection.set(uri, diagnostics);
    return { machine: value, problems };
  }

  /** Reads the setting, and the file it names, again. */
  async refresh(): Promise<void> {
    const { setting } = this;
    this.watcher?.dispose();
    this.watcher = null;
    this.file = setting.endsWith('.json') ? await this.loadFile(setting) : null;
    if (this.setting === setting) this.changed.fire();
  }

  dispose(): void {
    this.watcher?.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
    this.collection.dispose();
    this.changed.dispose();
  }

  private async loadFile(setting: string): Promise<LoadedFile> {
    const uri = fileOf(setting);
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), uri.path.split('/').at(-1) ?? '*'),
    );
    watcher.onDidChange(() => void this.refresh());
    watcher.onDidCreate(() => void this.refresh());
    this.watcher = watcher;
    try {
      const { machine, problems } = await this.read(uri);
      const first = problems[0];
      if (machine === null && first !== undefined) this.complain(uri, formatProblem(setting, first));
      return { setting, uri, machine, problems };
    } catch {
      this.complain(
        uri,
        `The machine file ${setting} cannot be read. Choose another machine or restore the file.`,
      );
      return { setting, uri, machine: null, problems: [] };
    }
  }

  private complain(uri: vscode.Uri, message: string): void {
    this.log.error(message);
    void vscode.window.showErrorMessage(message, 'Open File').then((answer) => {
      if (answer !== undefined) void vscode.window.showTextDocument(uri);
    });
  }
}

function preset(name: string): Machine | undefined {
  return Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
}

/** A relative path counts from the first folder of the workspace. */
function fileOf(setting: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  return setting.startsWith('/') || folder === undefined
    ? vscode.Uri.file(setting)
    : vscode.Uri.joinPath(folder.uri, setting);
}

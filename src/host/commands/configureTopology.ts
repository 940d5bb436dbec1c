/** Configure Node Topology…: on which machine the designs are played. */
import * as vscode from 'vscode';
import { formatProblem } from '../../base/problem';
import type { Machine } from '../../engine/machine/machine';
import { PRESETS } from '../../engine/machine/presets/registry';
import { MACHINE_FILE_SUFFIX } from '../machines/machineStore';
import type { CommandContext, ValueItem } from './commandContext';

type Choice = { readonly setting: string } | 'browse' | 'settings';

/** `named`: a preset name or machine file to take without asking. */
export async function configureTopology(context: CommandContext, named: unknown): Promise<void> {
  if (typeof named === 'string') {
    await context.machines.choose(named);
    return;
  }
  const choice = await pick(context);
  if (choice === undefined) return;
  if (choice === 'settings') {
    await vscode.commands.executeCommand('workbench.action.openSettings', '@ext:migtrace.migtrace');
    return;
  }
  if (choice !== 'browse') {
    await context.machines.choose(choice.setting);
    return;
  }
  const uri = await askForFile();
  if (uri !== undefined) await chooseFile(context, uri);
}

async function pick(context: CommandContext): Promise<Choice | undefined> {
  const { setting } = context.machines;
  const current = (value: string) => (value === setting ? 'chosen' : '');
  const separator = (label: string): ValueItem<Choice> => ({
    label,
    kind: vscode.QuickPickItemKind.Separator,
    value: 'browse',
  });
  const files = await vscode.workspace.findFiles(`**/*${MACHINE_FILE_SUFFIX}`, '**/node_modules/**', 20);
  const items: ValueItem<Choice>[] = [
    {
      label: 'Automatic',
      description: current(''),
      detail: 'The machine the trace asks for, else the one of the RFC',
      value: { setting: '' },
    },
    separator('presets'),
    ...Object.entries(PRESETS).map(([name, machine]: [string, Machine]) => ({
      label: machine.title,
      description: [name, current(name)].filter((part) => part !== '').join(' · '),
      detail: machine.source,
      value: { setting: name },
    })),
    separator('machine files'),
    ...files.map((uri) => {
      const path = vscode.workspace.asRelativePath(uri, false);
      return { label: path, description: current(path), value: { setting: path } };
    }),
    { label: '$(folder-opened) Open machine file…', detail: `*${MACHINE_FILE_SUFFIX}`, value: 'browse' },
    separator('runs'),
    {
      label: '$(settings-gear) Kernel, batch size, channels, runs, seed…',
      detail: 'Opens the settings of MigTrace',
      value: 'settings',
    },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Configure Node Topology',
    placeHolder: 'The machine the designs are played on',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.value;
}

async function askForFile(): Promise<vscode.Uri | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: 'Machine file',
      openLabel: 'Use',
      filters: { 'Machine files': ['migtopo.json', 'json'], 'All files': ['*'] },
    })) ?? [];
  return uri;
}

/** Takes a file only if a machine comes out of it; what is wrong is shown where it is. */
async function chooseFile(context: CommandContext, uri: vscode.Uri): Promise<void> {
  const { machine, problems } = await context.machines.read(uri);
  const path = vscode.workspace.asRelativePath(uri, false);
  const first = problems[0];
  if (machine !== null) {
    await context.machines.choose(path);
    if (first !== undefined) {
      void vscode.window.showWarningMessage(`${formatProblem(path, first)} The rest of the file holds.`);
    }
    return;
  }
  const message = first === undefined ? `${path} holds no machine.` : formatProblem(path, first);
  const answer = await vscode.window.showErrorMessage(message, 'Open File');
  if (answer === undefined) return;
  const row = Math.max(0, (first?.line ?? 1) - 1);
  await vscode.window.showTextDocument(uri, { selection: new vscode.Range(row, 0, row, 0) });
}

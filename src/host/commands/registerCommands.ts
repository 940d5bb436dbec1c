/** Binds every command id to what it does; a failure is logged and told to the person. */
import * as vscode from 'vscode';
import type { CommandName } from '../ids';
import { COMMANDS } from '../ids';
import { reportError } from '../log';
import { chooseDesign, selectRun } from './chooseDesign';
import type { CommandContext } from './commandContext';
import {
  configureReplay,
  resetReplay,
  setBatchLimit,
  setChannels,
  setKernelRules,
  setThreads,
} from './configureReplay';
import { configureTopology } from './configureTopology';
import { exportRun, exportTable } from './exportTable';
import { exportTrace } from './exportTrace';
import { newWorkload } from './newWorkload';
import { compareDesigns, openTrace, replayTrace } from './openTrace';
import { control, CONTROLS } from './playback';
import { recordTrace, stopRecording } from './recordTrace';

type Handler = (context: CommandContext, ...args: unknown[]) => unknown;

const transport = Object.fromEntries(
  Object.entries(CONTROLS).map(([name, action]) => [
    name,
    (context: CommandContext) => control(context, action),
  ]),
) as Record<keyof typeof CONTROLS, Handler>;

const HANDLERS: Readonly<Record<CommandName, Handler>> = {
  ...transport,
  openTrace,
  recordTrace,
  stopRecording,
  replayTrace,
  compareDesigns,
  newWorkload,
  configureTopology,
  chooseDesign,
  configureReplay,
  setChannels,
  setThreads,
  setBatchLimit,
  setKernelRules,
  resetReplay,
  exportTable,
  exportTrace,
  selectRun,
  exportRun,
  showLog: ({ log }) => log.show(),
  copySource: async (_, line) => {
    const { source } = line as { source?: string };
    if (source !== undefined) await vscode.env.clipboard.writeText(source);
  },
};

export function registerCommands(context: CommandContext): vscode.Disposable[] {
  return (Object.keys(COMMANDS) as CommandName[]).map((name) =>
    vscode.commands.registerCommand(COMMANDS[name], async (...args: unknown[]) => {
      try {
        await HANDLERS[name](context, ...args);
      } catch (error) {
        reportError(context.log, 'MigTrace could not do that', error);
      }
    }),
  );
}

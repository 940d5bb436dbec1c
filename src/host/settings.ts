/** The settings that say how runs are played. */
import * as vscode from 'vscode';
import type { KernelRulesName, RunConfig } from '../engine/sim/run';
import { KERNEL_RULES } from '../engine/sim/run';
import { SETTINGS, SETTINGS_SECTION } from './ids';

/** What the settings fix of a run's configuration; the rest is resolved from the trace. */
export function configuredRun(): Partial<RunConfig> {
  const settings = vscode.workspace.getConfiguration(SETTINGS_SECTION);
  const whole = (name: string, fallback: number, least: number) => {
    const value = settings.get<unknown>(name);
    return typeof value === 'number' && Number.isInteger(value) && value >= least ? value : fallback;
  };
  const kernel = settings.get(SETTINGS.kernel, 'auto');
  return {
    batchPages: whole(SETTINGS.batchPages, 512, 1),
    channels: whole(SETTINGS.channels, 1, 1),
    runs: whole(SETTINGS.runs, 10, 1),
    seed: whole(SETTINGS.seed, 1, 0),
    ...(isKernel(kernel) && { kernel }),
  };
}

/** Start playing a trace as soon as it is opened. */
export function autoplayConfigured(): boolean {
  return vscode.workspace.getConfiguration(SETTINGS_SECTION).get(SETTINGS.autoplay, false);
}

/** Calls back when a setting that changes the runs has changed. */
export function onRunSettingsChange(callback: () => void): vscode.Disposable {
  const names = [SETTINGS.kernel, SETTINGS.batchPages, SETTINGS.channels, SETTINGS.runs, SETTINGS.seed];
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (names.some((name) => event.affectsConfiguration(`${SETTINGS_SECTION}.${name}`))) callback();
  });
}

function isKernel(value: string): value is KernelRulesName {
  return (KERNEL_RULES as readonly string[]).includes(value);
}

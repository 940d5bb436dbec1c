/** The settings that say how runs are played. */
import * as vscode from 'vscode';
import type { RunConfig } from '../engine/sim/run';
import type { ReplayField } from '../protocol/replaySetup';
import { cleanChanges } from '../protocol/replaySetup';
import { SETTINGS, SETTINGS_SECTION } from './ids';

/** Settings that a trace may override for itself. */
const REPLAY_SETTINGS = {
  kernel: SETTINGS.kernel,
  batchPages: SETTINGS.batchPages,
  channels: SETTINGS.channels,
  divider: SETTINGS.divider,
  completion: SETTINGS.completion,
  callback: SETTINGS.callback,
  iommu: SETTINGS.iommu,
  coldCache: SETTINGS.coldCache,
  threads: SETTINGS.threads,
  placement: SETTINGS.placement,
  reasons: SETTINGS.reasons,
  minBatch: SETTINGS.minBatch,
  writeRate: SETTINGS.writeRate,
} as const satisfies Record<Exclude<ReplayField, 'machine'>, string>;

/** What the settings fix of a run's configuration; the rest is resolved from the trace. */
export function configuredRun(): Partial<RunConfig> {
  const settings = vscode.workspace.getConfiguration(SETTINGS_SECTION);
  const whole = (name: string, fallback: number, least: number) => {
    const value = settings.get<unknown>(name);
    return typeof value === 'number' && Number.isInteger(value) && value >= least ? value : fallback;
  };
  const given = Object.entries(REPLAY_SETTINGS).map(([field, name]) => [field, settings.get<unknown>(name)]);
  const { machine: _, ...config } = cleanChanges(Object.fromEntries(given));
  const reasons = config.reasons === undefined || config.reasons.length === 0 ? 'all' : config.reasons;
  return {
    ...config,
    // An empty list of reasons in the settings is the default: all.
    reasons,
    runs: whole(SETTINGS.runs, 10, 1),
    seed: whole(SETTINGS.seed, 1, 0),
  };
}

/** Start playing a trace as soon as it is opened. */
export function autoplayConfigured(): boolean {
  return vscode.workspace.getConfiguration(SETTINGS_SECTION).get(SETTINGS.autoplay, false);
}

/** Calls back when a setting that changes the runs has changed. */
export function onRunSettingsChange(callback: () => void): vscode.Disposable {
  const names = [...Object.values(REPLAY_SETTINGS), SETTINGS.runs, SETTINGS.seed];
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (names.some((name) => event.affectsConfiguration(`${SETTINGS_SECTION}.${name}`))) callback();
  });
}

/** What a trace is replayed with: the settings, and over them what was set for that trace. */
import { rulesForRelease } from '../engine/kernel/rules/registry';
import type { Machine } from '../engine/machine/machine';
import { PRESETS } from '../engine/machine/presets/registry';
import { DEFAULT_CONFIG } from '../engine/sim/simulate';
import type { TraceSummary } from '../protocol/messages';
import type { MachineChoice, ReplayChanges, ReplaySetup } from '../protocol/replaySetup';
import { replayValues } from '../protocol/replaySetup';
import { hasRecording } from './designs';
import type { SimulationSetup } from './documents/traceDocument';
import type { MachineStore } from './machines/machineStore';
import { configuredRun } from './settings';

/** The machine and the configuration of a trace's runs. */
export function simulationSetup(
  machines: MachineStore,
  summary: TraceSummary,
  changes: ReplayChanges,
): SimulationSetup {
  const { machine: _, ...config } = changes;
  return { machine: machineFor(machines, summary, changes), config: { ...configuredRun(), ...config } };
}

/** The machine set for this trace, else that of the settings or the trace. */
export function machineFor(
  machines: MachineStore,
  summary: Pick<TraceSummary, 'machine'>,
  changes: ReplayChanges,
): Machine {
  const { machine } = changes;
  const own = machine !== undefined && Object.hasOwn(PRESETS, machine) ? PRESETS[machine] : undefined;
  return own ?? machines.forTrace(summary.machine);
}

/** What a view offers for this trace. */
export function replaySetup(
  machines: MachineStore,
  summary: TraceSummary,
  changes: ReplayChanges,
): ReplaySetup {
  const standard = machines.forTrace(summary.machine);
  const recordedKernel = hasRecording(summary) ? rulesForRelease(summary.provenance.kernel) : null;
  const configured = configuredRun();
  const defaults = {
    ...DEFAULT_CONFIG,
    kernel: rulesForRelease(summary.provenance.kernel),
    ...configured,
  };
  return {
    defaults: replayValues(defaults, standard.name),
    changes,
    machines: machineChoices(standard),
    recordedKernel,
  };
}

/** The machine that holds anyway, then the presets. */
function machineChoices(standard: Machine): readonly MachineChoice[] {
  const others = Object.values(PRESETS).filter(({ name }) => name !== standard.name);
  return [standard, ...others].map(({ name, title, dmaDevices }) => ({
    name,
    title,
    channels: dmaDevices.reduce((sum, device) => sum + device.channels, 0),
  }));
}

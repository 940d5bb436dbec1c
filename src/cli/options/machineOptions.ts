/** `--machine` and `--dma`: where a trace is played. */
import { machineOf } from '../../analysis/replay';
import type { Machine } from '../../engine/machine/machine';
import { DEVICE_PRESETS } from '../../engine/machine/presets/devices/registry';
import { deviceOf, withDevice } from '../../engine/machine/presets/devices/withDevice';
import type { MigrationTrace } from '../../trace/model';
import { readMachine } from '../files';
import type { VerbContext } from '../usage';
import { parseCount, UsageError } from '../usage';

/** For parseArgs(). */
export const MACHINE_OPTIONS = { machine: { type: 'string' }, dma: { type: 'string' } } as const;

export const MACHINE_HELP = `  --machine PRESET|FILE             where (default: the trace's own, else rfc-v1-zen3)
  --dma DEVICE[:CHANNELS]           its DMA device: ${Object.keys(DEVICE_PRESETS).join(', ')} (default: the machine's own);
                                    --channels says how many channels are asked for
`;

interface MachineValues {
  readonly machine?: string | undefined;
  readonly dma?: string | undefined;
}

/** The machine to play on. Throws UsageError for a name nobody knows. */
export async function chosenMachine(
  values: MachineValues,
  trace: MigrationTrace,
  context: VerbContext,
): Promise<Machine> {
  const device = values.dma === undefined ? null : parseDevice(values.dma);
  const machine =
    values.machine === undefined ? machineOf(trace) : await readMachine(values.machine, context);
  return device === null ? machine : device(machine);
}

/** A device in place of the machine's own. */
function parseDevice(text: string): (machine: Machine) => Machine {
  const [name = '', written, ...rest] = text.split(':');
  const preset = Object.hasOwn(DEVICE_PRESETS, name) ? DEVICE_PRESETS[name] : undefined;
  if (preset === undefined || rest.length > 0) {
    throw new UsageError(
      `--dma ${text}: there is no such device. Write one of ${Object.keys(DEVICE_PRESETS).join(', ')}, and :CHANNELS if it has another number of channels.`,
    );
  }
  if (written === undefined) return (machine) => withDevice(machine, name);
  const channels = parseCount(written, `--dma ${name}:`, 1, 1024);
  return (machine) => {
    const equipped = withDevice(machine, name);
    return {
      ...equipped,
      name: `${equipped.name}:${channels}`,
      title: `${equipped.title}, ${channels} channels`,
      dmaDevices: [deviceOf(preset, { name: `${name}0`, channels })],
    };
  };
}

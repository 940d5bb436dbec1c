/** Puts a DMA device of the registry into a machine. */
import type { DmaDevice, Machine, Quantity } from '../../machine';
import type { DeviceCostName, DevicePreset } from './devicePreset';
import { DEVICE_PRESETS } from './registry';

/**
 * The machine with `count` devices of that name in place of its own, and the costs they bring. What the
 * CPU does (mapping, submission, wake-up) stays the machine's. Throws RangeError for a name that the
 * registry lacks, or a count that is no whole number of at least 1.
 */
export function withDevice(machine: Machine, name: string, count = 1): Machine {
  const preset = Object.hasOwn(DEVICE_PRESETS, name) ? DEVICE_PRESETS[name] : undefined;
  if (preset === undefined) {
    const known = Object.keys(DEVICE_PRESETS).join(', ');
    throw new RangeError(`There is no DMA device named ${name}. Known are: ${known}.`);
  }
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`${count} devices of ${name} cannot be. Give a whole number of at least 1.`);
  }
  const what = count === 1 ? preset.title : `${count} × ${preset.title}`;
  return {
    ...machine,
    name: `${machine.name}+${count === 1 ? '' : `${count}x`}${name}`,
    title: `${machine.title}; ${what}`,
    source: `${machine.source} DMA: ${preset.source}`,
    dmaDevices: Array.from({ length: count }, (_, i) => deviceOf(preset, { name: `${name}${i}` })),
    costs: { ...machine.costs, ...deviceCosts(preset, count) },
  };
}

/** One device of a preset. Another number of channels than the preset's has engines in proportion, and its share of a shared queue. */
export function deviceOf(
  { shape, driver, queueEntries }: DevicePreset,
  { name, channels = shape.channels.value }: { readonly name: string; readonly channels?: number },
): DmaDevice {
  const own = shape.queueDepth.value;
  const share = queueEntries === null ? null : Math.max(1, Math.floor(queueEntries.value / channels));
  return {
    name,
    driver,
    node: null,
    channels,
    engines: Math.max(1, Math.round((channels * shape.engines.value) / shape.channels.value)),
    queueDepth: own === null ? share : share === null ? own : Math.min(own, share),
    inFlight: shape.inFlight.value,
    completionWindow: shape.completionWindow.value,
    interrupts: shape.interrupts.value,
  };
}

/** What `count` devices of a preset cost. */
export function deviceCosts(
  { costs, linkGrows }: DevicePreset,
  count: number,
): Readonly<Record<DeviceCostName, Quantity>> {
  if (!linkGrows || count === 1) return costs;
  const { value, kind, source } = costs.engineLink;
  const engineLink: Quantity = { value: value * count, kind, source: `${count} devices, each: ${source}` };
  return { ...costs, engineLink };
}

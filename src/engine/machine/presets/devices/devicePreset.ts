/** A DMA device as presets describe it: its shape and the costs it brings, every number with its source. */
import type { CostName } from '../../costs';
import type { DmaDevice, Quantity, Setting } from '../../machine';

/** Costs that belong to a device: its engine, its links, its interrupt; for dcbm v1 its latency and transfer too. */
export const DEVICE_COSTS = [
  'dmaLatency',
  'dmaBandwidth',
  'interruptHandler',
  'engineDescriptor',
  'engineIommuEntry',
  'channelBandwidth',
  'engineBandwidth',
  'engineLink',
] as const satisfies readonly CostName[];
export type DeviceCostName = (typeof DEVICE_COSTS)[number];

export interface DevicePreset {
  /** As in `"preset"` of a machine file; also the name of the device there. */
  readonly name: string;
  readonly title: string;
  readonly driver: string;
  readonly source: string;
  readonly shape: Readonly<{
    channels: Quantity;
    /** Of `channels` channels; another number of channels has engines in proportion. */
    engines: Quantity;
    queueDepth: Setting<number | null>;
    inFlight: Quantity;
    completionWindow: Quantity;
    interrupts: Setting<DmaDevice['interrupts']>;
  }>;
  /** Descriptors that all channels together can hold, where they share a store; null: each channel has its own. */
  readonly queueEntries: Quantity | null;
  /** Whether several such devices reach together what each reaches alone, times their number. */
  readonly linkGrows: boolean;
  readonly costs: Readonly<Record<DeviceCostName, Quantity>>;
}

export function assumed<T>(value: T, source: string): Setting<T> {
  return { value, kind: 'assumed', source };
}
/** Of a mail, a paper, or a driver's code, which `source` names. */
export function published<T>(value: T, source: string): Setting<T> {
  return { value, kind: 'published', source };
}

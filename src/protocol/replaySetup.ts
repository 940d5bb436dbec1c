/**
 * The parameters a person sets for the replays of one trace. The settings `migtrace.*` are what holds
 * where nothing was set; a setup holds the differences only.
 */
import type { MigrateReason } from '../engine/kernel/modes';
import { MIGRATE_REASONS } from '../engine/kernel/modes';
import { IOMMU_MODES } from '../engine/machine/machine';
import type { RunConfig } from '../engine/sim/run';
import { DIVIDERS, KERNEL_RULES } from '../engine/sim/run';

export const REPLAY_FIELDS = [
  'machine',
  'kernel',
  'batchPages',
  'channels',
  'divider',
  'completion',
  'callback',
  'iommu',
  'coldCache',
  'threads',
  'placement',
  'reasons',
  'minBatch',
  'writeRate',
] as const;
export type ReplayField = (typeof REPLAY_FIELDS)[number];
export type ConfigField = Exclude<ReplayField, 'machine'>;

/** `machine`: the name of a preset, or of the machine that the settings or the trace give. */
export type ReplayValues = Pick<RunConfig, ConfigField> & { readonly machine: string };
/** What differs from the settings. */
export type ReplayChanges = Partial<ReplayValues>;

/** The parameters of a configuration. */
export function replayValues(config: RunConfig, machine: string): ReplayValues {
  const { path: _, faults: __, runs: ___, seed: ____, ...values } = config;
  return { ...values, machine };
}

/** What a view must know to offer the parameters. */
export interface ReplaySetup {
  /** What holds where nothing was set for this trace. */
  readonly defaults: ReplayValues;
  readonly changes: ReplayChanges;
  readonly machines: readonly MachineChoice[];
  /** Rules of the kernel that was recorded; null for a described workload. */
  readonly recordedKernel: RunConfig['kernel'] | null;
}

export interface MachineChoice {
  readonly name: string;
  readonly title: string;
  /** DMA channels of all its devices. */
  readonly channels: number;
}

export const BATCH_PAGES_STOCK = 512;
/** What the benchmark of the v3 series sets NR_MAX_BATCHED_MIGRATION to. */
export const BATCH_PAGES_SERIES = 262_144;

/**
 * Least and greatest value of the numbers. nr_dma_chan and the threads of mtcopy are limited by their
 * drivers (MAX_DMA_CHANNELS 16, drivers/dma/dcbm/dcbm.c of v3; 32 threads, mtcopy of v3); the others keep a slip
 * of the finger from asking for a run without end.
 */
export const NUMBER_LIMITS = {
  batchPages: { least: 1, most: 1 << 20 },
  channels: { least: 1, most: 16 },
  threads: { least: 1, most: 32 },
  minBatch: { least: 1, most: 1 << 20 },
  writeRate: { least: 0, most: 1e9 },
} as const satisfies Partial<Record<ConfigField, { least: number; most: number }>>;
export type NumberField = keyof typeof NUMBER_LIMITS;

/** Values of the fields that are one of several. */
export const FIELD_OPTIONS = {
  kernel: KERNEL_RULES,
  divider: DIVIDERS,
  completion: ['interrupt', 'poll'],
  callback: ['last', 'every'],
  iommu: ['machine', ...IOMMU_MODES],
  placement: ['spread', 'fill'],
} as const satisfies { [K in ConfigField]?: readonly ReplayValues[K][] };
export type OptionField = keyof typeof FIELD_OPTIONS;

/** The differences in `value` that make sense; whatever else it holds, from an older version or a broken store, is left out. */
export function cleanChanges(value: unknown): ReplayChanges {
  const given = (typeof value === 'object' && value !== null ? value : {}) as Partial<
    Record<ReplayField, unknown>
  >;
  const kept = REPLAY_FIELDS.flatMap((field) => {
    const clean = cleanValue(field, given[field]);
    return clean === undefined ? [] : [[field, clean] as const];
  });
  return Object.fromEntries(kept);
}

function cleanValue(field: ReplayField, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (field === 'machine') return typeof value === 'string' && value !== '' ? value : undefined;
  if (field === 'coldCache') return typeof value === 'boolean' ? value : undefined;
  if (field === 'reasons') return cleanReasons(value);
  if (field in NUMBER_LIMITS) {
    const { least, most } = NUMBER_LIMITS[field as NumberField];
    return typeof value === 'number' && Number.isFinite(value)
      ? Math.min(most, Math.max(least, Math.round(value)))
      : undefined;
  }
  const options: readonly unknown[] = FIELD_OPTIONS[field as OptionField];
  return options.includes(value) ? value : undefined;
}

function cleanReasons(value: unknown): 'all' | readonly MigrateReason[] | undefined {
  if (value === 'all') return 'all';
  if (!Array.isArray(value)) return undefined;
  return MIGRATE_REASONS.filter((reason) => value.includes(reason));
}

/** The changes with those taken out that say what holds anyway. */
export function withoutDefaults(changes: ReplayChanges, defaults: ReplayValues): ReplayChanges {
  return Object.fromEntries(
    Object.entries(changes).filter(([field, value]) => !sameValue(value, defaults[field as ReplayField])),
  );
}

/** Fields in which two setups differ. */
export function changedFields(a: ReplayChanges, b: ReplayChanges): readonly ReplayField[] {
  return REPLAY_FIELDS.filter((field) => !sameValue(a[field], b[field]));
}

function sameValue(a: unknown, b: unknown): boolean {
  return Array.isArray(a) && Array.isArray(b) ? a.join() === b.join() : a === b;
}

/** `0x1a`: the mask that v6's reason_mask takes for these reasons (bit n for reason n of enum migrate_reason). */
export function reasonMask(reasons: 'all' | readonly MigrateReason[]): string {
  const wanted = reasons === 'all' ? MIGRATE_REASONS : reasons;
  const mask = wanted.reduce((bits, reason) => bits | (1 << MIGRATE_REASONS.indexOf(reason)), 0);
  return `0x${mask.toString(16)}`;
}

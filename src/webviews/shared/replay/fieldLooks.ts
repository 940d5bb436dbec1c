/** How the parameters of a replay are named, explained and grouped, and why one is out of use. */
import { MIGRATE_REASONS } from '../../../engine/kernel/modes';
import type { IommuMode } from '../../../engine/machine/machine';
import { offloadsToChannels, usesField } from '../../../protocol/designFacts';
import type { RunChoice } from '../../../protocol/messages';
import type {
  NumberField,
  OptionField,
  ReplayField,
  ReplaySetup,
  ReplayValues,
} from '../../../protocol/replaySetup';
import {
  BATCH_PAGES_SERIES,
  BATCH_PAGES_STOCK,
  FIELD_OPTIONS,
  REPLAY_FIELDS,
  reasonMask,
} from '../../../protocol/replaySetup';
import { formatCount, plural } from '../format';

/** What the controls are made for: a design, or all of them, in a comparison and beside a recording. */
export type ReplayScope = Exclude<RunChoice, 'observed'> | 'all';

export interface FieldGroup {
  readonly title: string;
  readonly fields: readonly ReplayField[];
}

export const FIELD_GROUPS: readonly FieldGroup[] = [
  { title: 'Where and how', fields: ['machine', 'kernel', 'batchPages'] },
  { title: 'DMA engine', fields: ['channels', 'divider', 'completion', 'callback', 'iommu', 'coldCache'] },
  { title: 'Which batches', fields: ['reasons', 'minBatch'] },
  { title: 'Worker threads', fields: ['threads', 'placement'] },
  { title: 'User space', fields: ['writeRate'] },
];

interface FieldLook {
  readonly label: string;
  readonly unit: string;
  /** What the kernel, a driver or the command line calls it. */
  readonly kernelName: string;
  readonly tooltip: string;
}

export const FIELD_LOOKS: Readonly<Record<ReplayField, FieldLook>> = {
  machine: {
    label: 'Machine',
    unit: '',
    kernelName: '',
    tooltip:
      'The machine whose costs, nodes and DMA devices the replay takes: a preset, or what the setting migtrace.machine names.',
  },
  kernel: {
    label: 'Kernel rules',
    unit: '',
    kernelName: 'mm/migrate.c',
    tooltip:
      'Whose migrate_pages() the calls follow: 6.1 folio by folio, 6.8 mapping before copy, 6.12 and 7.2 copy before mapping.',
  },
  batchPages: {
    label: 'Batch limit',
    unit: 'pages',
    kernelName: 'NR_MAX_BATCHED_MIGRATION',
    tooltip: `Base pages after which migrate_pages() closes a batch: ${BATCH_PAGES_STOCK} in the kernel, ${formatCount(BATCH_PAGES_SERIES)} in the benchmark of the v3 series. Arrow keys double and halve.`,
  },
  channels: {
    label: 'Channels',
    unit: '',
    kernelName: 'nr_dma_chan',
    tooltip:
      'DMA channels that a batch asks for, 1 to 16: nr_dma_chan of the dcbm module. It gets those that are free.',
  },
  divider: {
    label: 'Divided by',
    unit: '',
    kernelName: 'dcbm: by folios',
    tooltip:
      'How a batch is divided over its channels. dcbm counts folios, whatever their size; by bytes and stealing show what a better division would gain.',
  },
  completion: {
    label: 'Completion',
    unit: '',
    kernelName: 'dmaengine callback',
    tooltip:
      'Interrupt: the caller sleeps in wait_for_completion_timeout() and the CPU is free. Poll: it spins until the copies are done.',
  },
  callback: {
    label: 'Callback on',
    unit: '',
    kernelName: 'DMA_PREP_INTERRUPT',
    tooltip:
      'Which descriptors the caller waits for: the last of each channel, as dcbm does, or every one. Only an engine that completes out of order tells them apart.',
  },
  iommu: {
    label: 'IOMMU',
    unit: '',
    kernelName: 'iommu.strict',
    tooltip:
      'Off: iommu=pt, no translation. Lazy: iommu.strict=0, unmapped ranges are flushed in groups. Strict: iommu.strict=1, every unmap flushes the IOTLB.',
  },
  coldCache: {
    label: 'Cold caches',
    unit: '',
    kernelName: 'a model, not measured',
    tooltip:
      'Charge user space for the first touch of contents that the engine left in no cache. A model, off by default; it changes no time inside migrate_pages().',
  },
  reasons: {
    label: 'Reasons',
    unit: '',
    kernelName: 'reason_mask',
    tooltip:
      'Migration reasons whose batches are offloaded: reason_mask of the dcbm module of v6, one bit for each reason of enum migrate_reason.',
  },
  minBatch: {
    label: 'At least',
    unit: 'folios',
    kernelName: 'minimum batch',
    tooltip: 'Batches of fewer folios are left to the CPU. 1: every batch is offloaded.',
  },
  threads: {
    label: 'Threads',
    unit: '',
    kernelName: '/sys/kernel/cpu_mt',
    tooltip: 'Worker threads of mtcopy that copy a batch beside each other: 4 as posted, at most 32.',
  },
  placement: {
    label: 'Placement',
    unit: '',
    kernelName: 'by CCD',
    tooltip: 'Spread: each thread on the next CCD. Fill: eight threads on one CCD before the next.',
  },
  writeRate: {
    label: 'Write rate',
    unit: 'per s and folio',
    kernelName: 'a model, not measured',
    tooltip:
      'Writes per second to each folio while the engine copies it still mapped; what was written is copied again.',
  },
};

const OPTION_TEXT: Readonly<Record<OptionField, Readonly<Record<string, string>>>> = {
  kernel: {},
  divider: { folios: 'folios', bytes: 'bytes', stealing: 'work stealing' },
  completion: { interrupt: 'interrupt', poll: 'poll' },
  callback: { last: 'last descriptor', every: 'every descriptor' },
  iommu: { off: 'off (pt)', lazy: 'lazy', strict: 'strict' },
  placement: { spread: 'spread over CCDs', fill: 'fill a CCD first' },
};

/** The values of a field that is one of several, each with what it is called. */
export function optionsOf(
  field: OptionField | 'machine',
  setup: ReplaySetup,
  machineIommu: IommuMode,
): readonly (readonly [string, string])[] {
  if (field === 'machine') return setup.machines.map(({ name, title }) => [name, title]);
  if (field === 'kernel') {
    return FIELD_OPTIONS.kernel.map((kernel) => [kernel, kernel]);
  }
  return FIELD_OPTIONS[field].map((value) => [
    value,
    value === 'machine' ? `machine’s: ${machineIommu}` : (OPTION_TEXT[field][value] ?? value),
  ]);
}

export function isNumberField(field: ReplayField): field is NumberField {
  return (['batchPages', 'channels', 'threads', 'minBatch', 'writeRate'] as ReplayField[]).includes(field);
}

export function isUsed(field: ReplayField, scope: ReplayScope, offered: readonly RunChoice[]): boolean {
  if (scope === 'all') return offered.some((choice) => usesField(choice, field));
  return usesField(scope, field);
}

/** Why a parameter changes nothing in the design that is shown. */
export function whyUnused(field: ReplayField, scope: ReplayScope): string {
  const owner = OWNERS[field];
  if (owner !== undefined) return owner;
  if (scope === 'dcbm-v1') return V1_REASONS[field] ?? 'not in v1';
  if (scope !== 'all' && offloadsToChannels(scope)) return 'not in this design';
  return scope === 'threads' ? 'threads copy, no engine' : 'the CPU copies';
}

/** Designs that alone look at a parameter. */
const OWNERS: Partial<Record<ReplayField, string>> = {
  threads: 'for Threads only',
  placement: 'for Threads only',
  reasons: 'for pre-copy designs',
  minBatch: 'for pre-copy designs',
  writeRate: 'for Speculative only',
};

const V1_REASONS: Partial<Record<ReplayField, string>> = {
  channels: 'v1 takes one',
  divider: 'v1 takes one channel',
  completion: 'v1 polls each folio',
  callback: 'v1 polls each folio',
  coldCache: 'v1 copies again by CPU',
};

export interface Hint {
  readonly text: string;
  readonly warns: boolean;
}

/** The small line below a control in use. */
export function hintOf(field: ReplayField, values: ReplayValues, setup: ReplaySetup): Hint {
  const { machines, recordedKernel } = setup;
  const machine = machines.find(({ name }) => name === values.machine);
  if (field === 'channels' && machine !== undefined && values.channels > machine.channels) {
    return { text: `the machine has ${machine.channels}`, warns: true };
  }
  if (field === 'machine' && machine !== undefined) {
    return {
      text: machine.channels === 0 ? 'no DMA engine' : plural(machine.channels, 'DMA channel'),
      warns: false,
    };
  }
  if (field === 'kernel' && recordedKernel !== null) {
    const same = values.kernel === recordedKernel;
    return { text: same ? 'as recorded' : `recorded: ${recordedKernel}`, warns: false };
  }
  if (field === 'reasons') {
    const none = values.reasons !== 'all' && values.reasons.length === 0;
    return none
      ? { text: 'nothing is offloaded', warns: true }
      : {
          text: `reason_mask ${values.reasons === 'all' ? 'all' : reasonMask(values.reasons)}`,
          warns: false,
        };
  }
  return { text: FIELD_LOOKS[field].kernelName, warns: false };
}

export function reasonsText(reasons: ReplayValues['reasons']): string {
  if (reasons === 'all' || reasons.length === MIGRATE_REASONS.length) return 'all';
  if (reasons.length === 1) return reasons[0] ?? '';
  return `${reasons.length} of ${MIGRATE_REASONS.length}`;
}

/** `6.12 · 512 pages · 8 channels · poll`: what the design plays with; beyond the first three, what was changed. */
export function setupText(setup: ReplaySetup, scope: ReplayScope, offered: readonly RunChoice[]): string {
  const values = { ...setup.defaults, ...setup.changes };
  const phrases: Readonly<Record<ReplayField, () => string>> = {
    machine: () => setup.machines.find(({ name }) => name === values.machine)?.name ?? values.machine,
    kernel: () => `${values.kernel} rules`,
    batchPages: () => `batch ${plural(values.batchPages, 'page')}`,
    channels: () => plural(values.channels, 'channel'),
    divider: () => (values.divider === 'stealing' ? 'work stealing' : `by ${values.divider}`),
    completion: () => values.completion,
    callback: () => `callback on ${values.callback}`,
    iommu: () => `IOMMU ${values.iommu}`,
    coldCache: () => 'cold caches',
    threads: () => plural(values.threads, 'thread'),
    placement: () => values.placement,
    reasons: () => `reasons ${reasonsText(values.reasons)}`,
    minBatch: () => `from ${plural(values.minBatch, 'folio')}`,
    writeRate: () => `${formatCount(values.writeRate)} writes/s`,
  };
  const always = new Set<ReplayField>(['kernel', 'batchPages', 'channels', 'threads']);
  return REPLAY_FIELDS.filter(
    (field) => isUsed(field, scope, offered) && (always.has(field) || setup.changes[field] !== undefined),
  )
    .map((field) => phrases[field]())
    .join(' · ');
}

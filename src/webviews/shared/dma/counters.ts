/** The counters of an engine as the panel shows them: only those that say something about the run. */
import type { DmaAccount, FaultStage, Run } from '../../../engine/sim/run';
import { FAULT_STAGES } from '../../../engine/sim/run';
import { offloadsToChannels, usesField } from '../../../protocol/designFacts';
import { formatBytes, formatCount, formatDuration } from '../format';

export interface Counter {
  readonly name: string;
  readonly value: number;
  readonly text: string;
  /** What it counts, and what it is called where the kernel keeps it. */
  readonly tooltip: string;
  /** Something went wrong, or was done for nothing. */
  readonly bad: boolean;
}

interface CounterLook {
  readonly name: string;
  readonly tooltip: string;
  readonly bad?: boolean;
  readonly value: (dma: DmaAccount) => number;
  readonly text?: (value: number) => string;
  /** Whether a 0 says something: the run could have counted. */
  readonly means: (run: Run) => boolean;
}

const never = () => false;
const design = (run: Run) => run.config?.path ?? 'serial';
const nameOf = (run: Run): string => design(run);
const offloads = (run: Run) => offloadsToChannels(design(run));
const precopies = (run: Run) => usesField(design(run), 'reasons');
const outOfOrder = (run: Run) =>
  offloads(run) && (run.machine?.dmaDevices.some(({ completionWindow }) => completionWindow > 1) ?? false);

const LOOKS: readonly CounterLook[] = [
  {
    name: 'descriptors',
    tooltip: 'Descriptors that the engine worked off: one per folio and submission.',
    value: (dma) => dma.descriptors,
    means: offloads,
  },
  {
    name: 'copied by engine',
    tooltip: 'Bytes that the engine copied.',
    value: (dma) => dma.bytes,
    text: formatBytes,
    means: offloads,
  },
  {
    name: 'folios migrated',
    tooltip: 'folios_migrated of the dcbm module: folios of batches that it copied.',
    value: (dma) => dma.foliosMigrated,
    means: never,
  },
  {
    name: 'fallback folios',
    tooltip:
      'Folios that the CPU copied though the design offloads: no channel was free, the engine failed, or the design does not take them.',
    value: (dma) => dma.fallbackFolios,
    means: offloads,
  },
  {
    name: 'refused batches',
    tooltip: 'Batches for which no channel could be had (-ENODEV); the CPU copied them.',
    bad: true,
    value: (dma) => dma.refusedBatches,
    means: offloads,
  },
  {
    name: 'wasted copies',
    tooltip:
      'Folios that were copied and then not moved: their reference check failed later. Counted by the pre-copy designs.',
    bad: true,
    value: (dma) => dma.wastedCopies,
    means: precopies,
  },
  {
    name: 'folios failures',
    tooltip:
      'folios_failures of the dcbm module: folios of batches that it failed to copy, refusals included.',
    bad: true,
    value: (dma) => dma.foliosFailures,
    means: never,
  },
  {
    name: 'interrupts',
    tooltip:
      'Completion interrupts: one per channel and list, or one per descriptor where the device raises one for each.',
    value: (dma) => dma.interrupts,
    means: never,
  },
  {
    name: 'in handlers',
    tooltip: 'CPU time that other CPUs spent in interrupt handlers; it is taken off the CPU time given back.',
    value: (dma) => dma.interruptTime,
    text: (ps) => formatDuration(ps),
    means: never,
  },
  {
    name: 'premature folios',
    tooltip:
      'Folios remapped before an engine that completes out of order had copied them: their contents were not there yet. A callback on every descriptor prevents it.',
    bad: true,
    value: (dma) => dma.prematureFolios,
    means: outOfOrder,
  },
  {
    name: 'rewritten folios',
    tooltip:
      'Folios copied a second time because they were written while the engine copied them (speculative).',
    value: (dma) => dma.rewrittenFolios,
    means: (run) => usesField(design(run), 'writeRate'),
  },
  {
    name: 'declined batches',
    tooltip: 'Batches left to the CPU because it was predicted to be faster (adaptive).',
    value: (dma) => dma.declinedBatches,
    means: (run) => nameOf(run) === 'adaptive',
  },
  {
    name: 'cold touch',
    tooltip:
      'Time that user space loses at the first touch of contents that the engine left in no cache. A model, not a measurement; it is in no other number.',
    value: (dma) => dma.coldTouch,
    text: (ps) => formatDuration(ps),
    means: (run) => offloads(run) && run.config?.coldCache === true,
  },
];

const STAGE_TEXT: Readonly<Record<FaultStage, string>> = {
  'no-channel': 'no channel could be had',
  'map-error': 'dma_map_sg() failed',
  'unequal-segments': 'source and destination were mapped to different numbers of segments',
  'submit-error': 'a descriptor could not be submitted',
  'error-completion': 'the engine completed with an error',
  timeout: 'the engine did not complete in time',
  'channel-lost': 'a channel was lost',
};

/** Counters that are not 0, or whose 0 says something; failures by stage last. */
export function countersOf(run: Run): readonly Counter[] {
  const shown = LOOKS.flatMap((look): Counter[] => {
    const value = look.value(run.dma);
    if (value === 0 && !look.means(run)) return [];
    const text = (look.text ?? formatCount)(value);
    return [{ name: look.name, value, text, tooltip: look.tooltip, bad: look.bad === true && value > 0 }];
  });
  const failures = FAULT_STAGES.flatMap((stage): Counter[] => {
    const value = run.dma.failures[stage];
    if (value === 0) return [];
    const tooltip = `Attempts to offload a batch that failed because ${STAGE_TEXT[stage]}.`;
    return [{ name: `failed: ${stage}`, value, text: formatCount(value), tooltip, bad: true }];
  });
  return [...shown, ...failures];
}

export interface ChannelLoad {
  readonly name: string;
  /** ps busy. */
  readonly busy: number;
  /** Of the run. */
  readonly share: number;
}

export interface EngineLoad {
  readonly channels: readonly ChannelLoad[];
  readonly mean: number;
  readonly most: number;
  /** Most over mean of the channels that worked at all; 1: all alike. NaN where none worked. */
  readonly imbalance: number;
  readonly idle: number;
}

export function engineLoadOf(run: Run): EngineLoad {
  const busy = run.channels.map((_, i) => run.dma.busy[i] ?? 0);
  const worked = busy.filter((value) => value > 0);
  const mean = worked.reduce((sum, value) => sum + value, 0) / worked.length;
  const most = Math.max(0, ...busy);
  return {
    channels: run.channels.map((name, i) => ({
      name,
      busy: busy[i] as number,
      share: run.end > 0 ? (busy[i] as number) / run.end : 0,
    })),
    mean: worked.length === 0 ? 0 : mean,
    most,
    imbalance: worked.length === 0 ? NaN : most / mean,
    idle: busy.length - worked.length,
  };
}

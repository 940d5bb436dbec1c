/** What is known of a design beside its copy path: where it comes from, its letter, and which parameters it looks at. */
import type { CopyPathName } from '../engine/sim/run';
import type { RunChoice } from './messages';
import type { ReplayField } from './replaySetup';

/** Where a design comes from: the kernel as released, a posted series (v1 … v6), or nobody has posted it. */
export const DESIGN_GROUPS = ['kernel', 'series', 'not posted'] as const;
export type DesignGroup = (typeof DESIGN_GROUPS)[number];

export interface DesignFacts {
  readonly group: DesignGroup;
  /** Stands for the design below bars and on its button. */
  readonly letter: string;
  readonly uses: readonly ReplayField[];
}

/** Every design plays on a machine, by a kernel's rules, in batches. */
const ALWAYS = ['machine', 'kernel', 'batchPages'] as const;
const SCATTER_LIST = [
  ...ALWAYS,
  'channels',
  'divider',
  'completion',
  'callback',
  'iommu',
  'coldCache',
] as const;
const PRECOPY = [...SCATTER_LIST, 'reasons', 'minBatch'] as const;

/** In the order in which they are offered. */
export const DESIGN_FACTS: Readonly<Record<CopyPathName, DesignFacts>> = {
  serial: { group: 'kernel', letter: 'S', uses: ALWAYS },
  'batch-cpu': { group: 'series', letter: 'B', uses: ALWAYS },
  'dcbm-v1': { group: 'series', letter: 'D', uses: [...ALWAYS, 'iommu'] },
  'dcbm-v2': { group: 'series', letter: 'D2', uses: SCATTER_LIST },
  threads: { group: 'series', letter: 'T', uses: [...ALWAYS, 'threads', 'placement'] },
  'dcbm-v3': { group: 'series', letter: 'D3', uses: SCATTER_LIST },
  'precopy-v4': { group: 'series', letter: 'P4', uses: PRECOPY },
  precopy: { group: 'series', letter: 'P6', uses: PRECOPY },
  async: { group: 'not posted', letter: 'A', uses: PRECOPY },
  speculative: { group: 'not posted', letter: 'X', uses: [...PRECOPY, 'writeRate'] },
  adaptive: { group: 'not posted', letter: 'V', uses: PRECOPY },
};

const ORDER: readonly string[] = Object.keys(DESIGN_FACTS);

/** The designs as they are offered. */
export function inOrder(paths: readonly CopyPathName[]): readonly CopyPathName[] {
  return paths.toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
}

export function groupOf(choice: RunChoice): DesignGroup {
  return choice === 'observed' ? 'kernel' : DESIGN_FACTS[choice].group;
}

/** Whether the runs of a design depend on a parameter. A recording depends on none. */
export function usesField(choice: RunChoice, field: ReplayField): boolean {
  return choice !== 'observed' && DESIGN_FACTS[choice].uses.includes(field);
}

/** Whether a design hands copies to DMA channels. */
export function offloadsToChannels(choice: RunChoice): boolean {
  return choice === 'dcbm-v1' || usesField(choice, 'channels');
}

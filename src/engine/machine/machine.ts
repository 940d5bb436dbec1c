/** A machine as the engine sees it: nodes, CPUs, DMA channels, and what each step of a migration costs on it. */
import type { CostName, VariationName } from './costs';

/** Where a number comes from. `fitted` numbers name what they were fitted on; `assumed` ones say why. */
export type SourceKind = 'measured' | 'published' | 'datasheet' | 'fitted' | 'assumed';

export interface Quantity {
  readonly value: number;
  /** Kernel file and function, Message-ID, data sheet, or the reasoning behind an assumption. */
  readonly source: string;
  readonly kind: SourceKind;
}

export const IOMMU_MODES = ['off', 'lazy', 'strict'] as const;
export type IommuMode = (typeof IOMMU_MODES)[number];

/** A choice, with where it comes from. */
export interface Setting<T> {
  readonly value: T;
  readonly source: string;
  readonly kind: SourceKind;
}

export interface MachineNode {
  readonly id: number;
  readonly memory: 'dram' | 'cxl' | 'unknown';
  readonly cpus: readonly number[];
  /** null where unknown. */
  readonly memoryBytes: number | null;
}

export interface DmaDevice {
  readonly name: string;
  readonly driver: string;
  readonly node: number | null;
  /** dmaengine channels. */
  readonly channels: number;
  /** Engines that the channels share, in equal groups of neighbours; as many as channels where each has its own. */
  readonly engines: number;
  /** Descriptors a channel takes at once; null: no limit (a software queue behind the ring). */
  readonly queueDepth: number | null;
  /** Descriptors of a channel that the engine works on at once, at least 1. */
  readonly inFlight: number;
  /** Descriptors among which any may complete next; 1: in order. */
  readonly completionWindow: number;
  /** Whether each descriptor raises an interrupt, or each list its last one. */
  readonly interrupts: 'per-descriptor' | 'per-list';
}

/** What is known of copies from one node to another, GB/s; null: the machine's own figure. */
export interface NodePair {
  readonly from: number;
  readonly to: number;
  readonly copyMemory: Quantity | null;
  /** ns per base page of a copy, as `costs.copyPage`; absent: the machine's own figure. */
  readonly copyPage?: Quantity;
  readonly nodeLink: Quantity | null;
}

export interface Machine {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  /** CPU clock, Hz: turns ns into the cycles/page of the RFC. */
  readonly cpuHertz: Quantity;
  readonly nodes: readonly MachineNode[];
  /** SLIT, in the order of `nodes`; null where unknown. */
  readonly distances: readonly (readonly number[])[] | null;
  /** Pairs of nodes that differ from what `costs` says, in the direction given. */
  readonly pairs: readonly NodePair[];
  /** SLIT distance of the pair that `costs.copyMemory` was measured on; null: copies do not depend on distance. */
  readonly measuredDistance: Setting<number | null>;
  readonly iommu: Setting<IommuMode>;
  readonly dmaDevices: readonly DmaDevice[];
  readonly costs: Readonly<Record<CostName, Quantity>>;
  /** Coefficients of variation between runs, dimensionless. */
  readonly variation: Readonly<Record<VariationName, Quantity>>;
}

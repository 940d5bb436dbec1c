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
  readonly dmaDevices: readonly DmaDevice[];
  readonly costs: Readonly<Record<CostName, Quantity>>;
  /** Coefficients of variation between runs, dimensionless. */
  readonly variation: Readonly<Record<VariationName, Quantity>>;
}

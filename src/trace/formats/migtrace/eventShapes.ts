/** What the writer and the reader of event blocks share: shapes, lanes, and where the flag bits of a pte are. */
import type { EventType } from '../../model';
import { EVENT_TYPES } from '../../model';

/**
 * Lowest bit of the PFN in the pte of each type, on x86: a migration entry holds the inverted PFN from
 * bit 9 on, a present pte from bit 12. The bits below, and the 16 highest, hold flags.
 */
export const PTE_SHIFTS: Readonly<Partial<Record<EventType, number>>> = {
  set_migration_pte: 9,
  remove_migration_pte: 12,
  set_migration_pmd: 9,
  remove_migration_pmd: 12,
};

/** By event code: whether rows of it have a pte. */
export const HAS_PTE: readonly boolean[] = EVENT_TYPES.map((type) => PTE_SHIFTS[type] !== undefined);

export const MAX_A_SHIFT = 12;
export const MAX_PTE_SHIFT = 16;

/** The distinct shapes of a block, a column each. */
export interface Shapes {
  readonly type: number[];
  readonly cpu: number[];
  readonly pid: number[];
  readonly b: number[];
  readonly low: number[];
  readonly high: number[];
  /** Pair (type, pid), numbered as first met in the list of shapes. */
  readonly lane: number[];
}

export function emptyShapes(): Shapes {
  return { type: [], cpu: [], pid: [], b: [], low: [], high: [], lane: [] };
}

/** Appends a shape; `lanes` remembers the lanes of the block. */
export function addShape(
  shapes: Shapes,
  lanes: Map<number, number>,
  [type, cpu, pid, b, low, high]: readonly [number, number, number, number, number, number],
): void {
  const pair = (pid >>> 0) * 256 + type;
  const lane = lanes.get(pair) ?? lanes.size;
  lanes.set(pair, lane);
  shapes.type.push(type);
  shapes.cpu.push(cpu);
  shapes.pid.push(pid);
  shapes.b.push(b);
  shapes.low.push(low);
  shapes.high.push(high);
  shapes.lane.push(lane);
}

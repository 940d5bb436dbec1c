/** Draws the costs of one run: lognormal factors with mean 1, one per source of variation. */
import type { Rng } from '../../base/rng';
import type { CostName, VariationName } from './costs';
import { COSTS, VARIATIONS } from './costs';
import type { Machine, NodePair, Quantity } from './machine';

export function varyMachine(machine: Machine, rng: Rng): Machine {
  const costs: Record<CostName, Quantity> = { ...machine.costs };
  let { pairs } = machine;
  for (const name of Object.keys(VARIATIONS) as VariationName[]) {
    const factor = lognormal(machine.variation[name].value, rng.normal());
    for (const cost of VARIATIONS[name].scales) {
      const quantity = costs[cost];
      // A slow run is slow in time: bandwidths shrink where durations grow.
      const value = COSTS[cost].unit === 'GB/s' ? quantity.value / factor : quantity.value * factor;
      costs[cost] = { ...quantity, value };
    }
    if (name === 'copyMemory') pairs = pairs.map((pair) => varyPair(pair, factor));
  }
  return { ...machine, costs, pairs };
}

/** Copies of one run are slow between all nodes alike. */
function varyPair({ from, to, copyMemory, copyPage, nodeLink }: NodePair, factor: number): NodePair {
  const scaled = (quantity: Quantity, by: number) => ({ ...quantity, value: quantity.value * by });
  return {
    from,
    to,
    copyMemory: copyMemory === null ? null : scaled(copyMemory, 1 / factor),
    ...(copyPage !== undefined && { copyPage: scaled(copyPage, factor) }),
    nodeLink: nodeLink === null ? null : scaled(nodeLink, 1 / factor),
  };
}

/** A lognormal factor with mean 1 and coefficient of variation `cv`, from a standard normal. */
function lognormal(cv: number, normal: number): number {
  const variance = Math.log(1 + cv * cv);
  return Math.exp(Math.sqrt(variance) * normal - variance / 2);
}

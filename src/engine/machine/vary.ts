/** Draws the costs of one run: lognormal factors with mean 1, one per source of variation. */
import type { Rng } from '../../base/rng';
import type { CostName, VariationName } from './costs';
import { COSTS, VARIATIONS } from './costs';
import type { Machine, Quantity } from './machine';

export function varyMachine(machine: Machine, rng: Rng): Machine {
  const costs: Record<CostName, Quantity> = { ...machine.costs };
  for (const name of Object.keys(VARIATIONS) as VariationName[]) {
    const factor = lognormal(machine.variation[name].value, rng.normal());
    for (const cost of VARIATIONS[name].scales) {
      const quantity = costs[cost];
      // A slow run is slow in time: bandwidths shrink where durations grow.
      const value = COSTS[cost].unit === 'GB/s' ? quantity.value / factor : quantity.value * factor;
      costs[cost] = { ...quantity, value };
    }
  }
  return { ...machine, costs };
}

/** A lognormal factor with mean 1 and coefficient of variation `cv`, from a standard normal. */
function lognormal(cv: number, normal: number): number {
  const variance = Math.log(1 + cv * cv);
  return Math.exp(Math.sqrt(variance) * normal - variance / 2);
}

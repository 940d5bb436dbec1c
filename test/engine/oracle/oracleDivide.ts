/** How a batch is divided over channels and rounds: docs/MODEL.md, "Division". */
import type { Divider } from '../../../src/engine/sim/run';
import type { OracleFolio } from './oracleFolio';

/** One share for each of `c` channels, in list order. Shares by bytes can be empty. */
export function divide(list: readonly OracleFolio[], c: number, divider: Divider): OracleFolio[][] {
  const cuts = Array.from({ length: c + 1 }, (_, i) =>
    divider === 'bytes' ? cutByBytes(list, i, c) : Math.floor((list.length * i) / c),
  );
  return Array.from({ length: c }, (_, i) => list.slice(cuts[i], cuts[i + 1]));
}

/** The first folio at which the bytes before it reach i / c of all. */
function cutByBytes(list: readonly OracleFolio[], i: number, c: number): number {
  const total = list.reduce((sum, folio) => sum + folio.pages, 0);
  let before = 0;
  let at = 0;
  while (at < list.length && before * c < total * i) {
    before += list[at]?.pages ?? 0;
    at++;
  }
  return at;
}

/** What a free channel takes from the list: max(1, ceil(left / 2c)) folios. */
export function takeChunk(left: OracleFolio[], c: number): OracleFolio[] {
  return left.splice(0, Math.max(1, Math.ceil(left.length / (2 * c))));
}

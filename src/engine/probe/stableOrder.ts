const DIGIT_BITS = 16;
const DIGITS = 2 ** DIGIT_BITS;
/** Below this, comparing is faster than counting 65,536 digits. */
const FEW = 2 ** 13;

/**
 * The order of `keys`, equal ones in the order they stand in: positions in `keys`. Radix sort over 16 bits at a
 * time, so linear for many; keys that ascend already cost one look at each.
 */
export function stableOrder(keys: Uint32Array): Uint32Array {
  let order = new Uint32Array(keys.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  if (ascends(keys)) return order;
  if (keys.length < FEW) return order.sort((x, y) => (keys[x] as number) - (keys[y] as number) || x - y);
  let spare = new Uint32Array(keys.length);
  for (const shift of [0, DIGIT_BITS]) {
    distribute(keys, shift, order, spare);
    [order, spare] = [spare, order];
  }
  return order;
}

/** Writes the positions in `from` to `to` in the order of one digit of their keys. */
function distribute(keys: Uint32Array, shift: number, from: Uint32Array, to: Uint32Array): void {
  const places = new Uint32Array(DIGITS + 1);
  for (let i = 0; i < keys.length; i++) {
    const next = (((keys[i] as number) >>> shift) & (DIGITS - 1)) + 1;
    places[next] = (places[next] as number) + 1;
  }
  for (let digit = 0; digit < DIGITS; digit++) {
    places[digit + 1] = (places[digit + 1] as number) + (places[digit] as number);
  }
  for (let i = 0; i < from.length; i++) {
    const position = from[i] as number;
    const digit = ((keys[position] as number) >>> shift) & (DIGITS - 1);
    const place = places[digit] as number;
    to[place] = position;
    places[digit] = place + 1;
  }
}

function ascends(keys: Uint32Array): boolean {
  for (let i = 1; i < keys.length; i++) if ((keys[i] as number) < (keys[i - 1] as number)) return false;
  return true;
}

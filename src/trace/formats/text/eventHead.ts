/** What stands in front of an event's name on a line of text. One object, filled anew for each line. */
export class EventHead {
  timeNs = 0;
  cpu = 0;
  /** The task's id as the kernel counts: the thread's. */
  pid = 0;
  commStart = 0;
  commEnd = 0;
  /** Where the event's name begins. */
  at = 0;
}

/** A decimal fraction of a second in `bytes[at, end)`, whatever its number of digits, in whole ns. */
export function fractionNs(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  if (end - at === 6) {
    for (; at < end; at++) value = value * 10 + (bytes[at]! - 48);
    return value * 1000;
  }
  for (let digit = 0; digit < 9; digit++)
    value = value * 10 + (at + digit < end ? bytes[at + digit]! - 48 : 0);
  return value;
}

import { readFileSync } from 'node:fs';

/** The most memory this process ever held at once (VmHWM of /proc/self/status), bytes; NaN where there is no /proc. */
export function peakBytes(): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  } catch {
    return Number.NaN;
  }
}

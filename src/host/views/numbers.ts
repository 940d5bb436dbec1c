/** Numbers as the trees write them. */

const COUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `131,072`. */
export function formatCount(value: number): string {
  return COUNT.format(value);
}

/** Up to four significant digits, with separators from 1000 on. */
export function formatNumber(value: number): string {
  return Math.abs(value) >= 1000 ? COUNT.format(value) : String(Number(value.toPrecision(4)));
}

/** `512 MB`, of 2^20 bytes, as the kernel and the RFC write it. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let power = 0;
  let value = bytes;
  while (value >= 1024 && power < units.length - 1) {
    value /= 1024;
    power++;
  }
  return `${Number(value.toPrecision(3))} ${units[power]}`;
}

/** A list of CPUs as the kernel prints it: `0-31,64-95`. */
export function formatCpus(cpus: readonly number[]): string {
  const sorted = [...cpus].sort((a, b) => a - b);
  const ranges: string[] = [];
  for (let i = 0; i < sorted.length;) {
    let last = i;
    while (last + 1 < sorted.length && sorted[last + 1] === (sorted[last] as number) + 1) last++;
    ranges.push(last === i ? `${sorted[i]}` : `${sorted[i]}-${sorted[last]}`);
    i = last + 1;
  }
  return ranges.length === 0 ? 'none' : ranges.join(',');
}

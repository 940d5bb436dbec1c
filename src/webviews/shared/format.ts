/** Numbers as people of the field write them. Times come in picoseconds, the engine's clock. */
import type { MeanSd } from '../../base/statistics';
import { PAGE_BYTES, pagesOfOrder } from '../../base/units';

const TIME_UNITS = [
  { name: 's', ps: 1e12 },
  { name: 'ms', ps: 1e9 },
  { name: 'µs', ps: 1e6 },
  { name: 'ns', ps: 1e3 },
  { name: 'ps', ps: 1 },
] as const;

/** No-break space between a number and its unit. */
const GAP = '\u00a0';

/** `412 µs`, `1.24 ms`: `digits` significant digits in the largest unit that leaves a whole number part. */
export function formatDuration(ps: number, digits = 3): string {
  if (!Number.isFinite(ps)) return '–';
  if (ps === 0) return `0${GAP}ns`;
  const unit = TIME_UNITS.find((entry) => Math.abs(ps) >= entry.ps * 0.9995) ?? TIME_UNITS[4];
  return `${significant(ps / unit.ps, digits)}${GAP}${unit.name}`;
}

export function formatNanoseconds(ns: number, digits = 3): string {
  return formatDuration(ns * 1000, digits);
}

/** An instant, written finely enough that neighbours `step` apart differ: `71.384 ms`. */
export function formatInstant(ps: number, step: number): string {
  const unit = TIME_UNITS.find((entry) => Math.max(Math.abs(ps), step) >= entry.ps) ?? TIME_UNITS[3];
  const decimals = Math.min(9, Math.max(0, -Math.floor(Math.log10(step / unit.ps) + 1e-9)));
  return `${(ps / unit.ps).toFixed(decimals)}${GAP}${unit.name}`;
}

const COUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
/** `131,072`. */
export function formatCount(value: number): string {
  return COUNT.format(value);
}

/** `512 MB` of 2^20 bytes, as the kernel and the RFC write it. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let power = 0;
  let value = bytes;
  while (value >= 1024 && power < units.length - 1) {
    value /= 1024;
    power++;
  }
  return `${significant(value, 3)}${GAP}${units[power]}`;
}

export function formatPages(pages: number): string {
  return formatBytes(pages * PAGE_BYTES);
}

/** `4K`, `64K`, `2M`: the size of a folio. */
export function formatOrder(order: number): string {
  const kilobytes = pagesOfOrder(order) * 4;
  if (kilobytes < 1024) return `${kilobytes}K`;
  return kilobytes < 1024 * 1024 ? `${kilobytes / 1024}M` : `${kilobytes / 1024 / 1024}G`;
}

/** Cycles: whole numbers with separators from 100 on. */
export function formatCycles(cycles: number): string {
  return cycles >= 100 ? formatCount(cycles) : significant(cycles, 3);
}

export function formatCyclesSd(value: MeanSd): string {
  return value.sd > 0 ? `${formatCycles(value.mean)} ± ${formatCycles(value.sd)}` : formatCycles(value.mean);
}

/** F to three decimals. */
export function formatFraction(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : '–';
}

export function formatGBps(value: number): string {
  return significant(value, 3);
}

/** `+7.5 %`, `−43 %`, `12 times`: a change against a baseline. */
export function formatChange(value: number, baseline: number): string {
  const change = (value / baseline - 1) * 100;
  if (!Number.isFinite(change)) return '–';
  if (Math.abs(change) < 0.05) return `±0${GAP}%`;
  if (change >= 200) return `${significant(value / baseline, 2)}${GAP}times`;
  const size = Math.abs(change);
  const text = size >= 10 ? size.toFixed(0) : size.toFixed(1);
  return `${change < 0 ? '−' : '+'}${text}${GAP}%`;
}

/** `29 %`, `−4.2 %`: a share of 1. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return '–';
  const size = Math.abs(share) * 100;
  return `${share < 0 ? '−' : ''}${size >= 9.95 ? size.toFixed(0) : size.toFixed(1)}${GAP}%`;
}

/** `a, b and c`. */
export function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** `0x7f12_3456_7000` without underscores; the address of a folio, or a dash. */
export function formatAddress(address: number): string {
  return address < 0 || !Number.isFinite(address) ? '–' : `0x${address.toString(16)}`;
}

/** `1 folio`, `2 folios`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function significant(value: number, digits: number): string {
  if (value === 0 || !Number.isFinite(value)) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.max(0, digits - 1 - magnitude);
  const text = value.toFixed(Math.min(decimals, 9));
  return Math.abs(value) >= 1000 ? formatCount(value) : text;
}

/** enum migrate_mode, include/linux/migrate_mode.h; SYNC_NO_COPY existed up to 6.10. Index = the kernel's number. */
export const MIGRATE_MODES = [
  'MIGRATE_ASYNC',
  'MIGRATE_SYNC_LIGHT',
  'MIGRATE_SYNC',
  'MIGRATE_SYNC_NO_COPY',
] as const;
export type MigrateMode = (typeof MIGRATE_MODES)[number];

/** enum migrate_reason, include/linux/migrate_mode.h; damon since 6.11, never_migrated since 7.3. Index = the kernel's number. */
export const MIGRATE_REASONS = [
  'compaction',
  'memory_failure',
  'memory_hotplug',
  'syscall_or_cpuset',
  'mempolicy_mbind',
  'numa_misplaced',
  'contig_range',
  'longterm_pin',
  'demotion',
  'damon',
  'never_migrated',
] as const;
export type MigrateReason = (typeof MIGRATE_REASONS)[number];

/** Stands in mode and reason columns where the trace did not say, or named a value this version does not know. */
export const UNKNOWN_CODE = 255;

/** The number of a mode as printed (`MIGRATE_SYNC`, or the hex of an unlisted value, `0x3`), or UNKNOWN_CODE. */
export function modeCode(text: string): number {
  const index = (MIGRATE_MODES as readonly string[]).indexOf(text);
  return index >= 0 ? index : numericCode(text, MIGRATE_MODES.length);
}

/** The number of a reason as printed; `cma` is what kernels before 5.12 called contig_range. */
export function reasonCode(text: string): number {
  const index = (MIGRATE_REASONS as readonly string[]).indexOf(text === 'cma' ? 'contig_range' : text);
  return index >= 0 ? index : numericCode(text, MIGRATE_REASONS.length);
}

export function modeName(code: number): string {
  return MIGRATE_MODES[code] ?? 'unknown';
}

export function reasonName(code: number): string {
  return MIGRATE_REASONS[code] ?? 'unknown';
}

function numericCode(text: string, limit: number): number {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) return UNKNOWN_CODE;
  const code = Number(text);
  return code < limit ? code : UNKNOWN_CODE;
}

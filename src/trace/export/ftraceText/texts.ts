/** TP_printk texts of kernels 5.9 to 7.x: include/trace/events/migrate.h, thp.h, tlb.h, compaction.h. */
import { MIGRATE_MODES, MIGRATE_REASONS } from '../../../engine/kernel/modes';
import type { CallSummary } from '../events/eventStream';

/** Words of a kernel that differ between releases. */
export interface KernelWords {
  /** trace_tlb_flush reasons by number (TLB_FLUSH_REASON, tlb.h). */
  readonly flushReasons: readonly string[];
}

const FLUSH_REASONS_6_1 = [
  'flush on task switch',
  'remote shootdown',
  'local shootdown',
  'local mm shootdown',
  'remote ipi send',
];
const FLUSH_REASONS_6_18 = [
  'flush on task switch',
  'remote shootdown',
  'local shootdown',
  'local MM shootdown',
  'remote IPI send',
  'remote wrong CPU',
];

/** The words of a release such as 6.12.107; of an unknown one those of 6.12. */
export function wordsOf(release: string | null): KernelWords {
  const match = /(\d+)\.(\d+)/.exec(release ?? '');
  const [major, minor] = match === null ? [6, 12] : [Number(match[1]), Number(match[2])];
  const isNew = major > 6 || (major === 6 && minor >= 18);
  return { flushReasons: isNew ? FLUSH_REASONS_6_18 : FLUSH_REASONS_6_1 };
}

/** MIGRATE_SYNC_NO_COPY has no name in the event's table, and prints as a number. */
const NAMED_MODES = 3;

/** `mode=%s reason=%s`. */
export function startText({ mode, reason }: CallSummary): string {
  const modeText = mode < NAMED_MODES ? (MIGRATE_MODES[mode] as string) : `0x${mode.toString(16)}`;
  const reasonText = MIGRATE_REASONS[reason] ?? `0x${reason.toString(16)}`;
  return `mode=${modeText} reason=${reasonText}`;
}

export function endText(summary: CallSummary): string {
  const thp = summary.noThp
    ? ''
    : `nr_thp_succeeded=${summary.nr_thp_succeeded} nr_thp_failed=${summary.nr_thp_failed} nr_thp_split=${summary.nr_thp_split} `;
  const split = summary.noSplit ? '' : `nr_split=${summary.nr_split} `;
  return `nr_succeeded=${summary.nr_succeeded} nr_failed=${summary.nr_failed} ${thp}${split}${startText(summary)}`;
}

/** `pages:%ld reason:%s (%d)`. */
export function flushText(pages: number, reason: number, { flushReasons }: KernelWords): string {
  return `pages:${pages} reason:${flushReasons[reason] ?? `0x${reason.toString(16)}`} (${reason})`;
}

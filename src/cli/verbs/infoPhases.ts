/** The measured phases and functions of `migtrace info`, for people. */
import type { TraceInfo } from '../../analysis/info';
import type { MeasuredPhases } from '../../trace/calls/phaseSums';
import { duration, textTable } from '../table';

/** Functions that take the most time; the rest are in --json. */
const MOST = 24;

export interface PhaseUnits {
  /** CPU frequency, MHz; null: no cycles. */
  readonly mhz: number | null;
  /** Base pages of the timed calls; null: what the trace says. */
  readonly pages: number | null;
}

/** Nothing where no call was timed. */
export function phaseTable(document: TraceInfo, { mhz, pages }: PhaseUnits): string {
  const { phases } = document;
  if (phases === null) return '';
  // Only where all calls were timed do the pages of all calls go with their time.
  const isWhole = document.calls.total === phases.calls;
  const counted = document.totals.nr_succeeded || (document.vmstat?.deltas['pgmigrate_success'] ?? 0);
  const recorded = isWhole ? counted : 0;
  const per = perWhat(phases, pages ?? recorded);
  const head = [
    'phase',
    'time',
    'share',
    ...(per === null ? [] : [`per ${per.name}`]),
    ...cyclesHead(per, mhz),
  ];
  const row = (name: string, ns: number | null, indent = ''): string[] => {
    if (ns === null) return [`${indent}${name}`, 'not told', ''];
    const each = per === null ? [] : [duration(ns / per.count)];
    const cycles = per === null || mhz === null ? [] : [(((ns / per.count) * mhz) / 1000).toFixed(2)];
    return [
      `${indent}${name}`,
      duration(ns),
      `${((ns / phases.total_ns) * 100).toFixed(1)} %`,
      ...each,
      ...cycles,
    ];
  };
  const rows = [
    row('unmap', phases.unmap_ns),
    ...(phases.unmap_flush_ns === null ? [] : [row('of it, flushes', phases.unmap_flush_ns, '  ')]),
    row('flush', phases.flush_ns),
    row('copy (t3-t2)', phases.copy_ns),
    row('remap', phases.remap_ns),
    row('other', phases.other_ns),
    ...(phases.alloc_ns === null ? [] : [row('of it, allocation', phases.alloc_ns, '  ')]),
    row('migrate_pages (t4-t1)', phases.total_ns),
  ];
  const f =
    phases.F === null
      ? 'F cannot be told: no copy function was traced.'
      : `F = (t3-t2)/(t4-t1) = ${phases.F.toFixed(4)}`;
  return `
Measured in ${phases.calls} calls of migrate_pages(), the tracer's own time included:
${textTable(head, rows)}${f}
t1 and t4 are the entry and the return of migrate_pages(), t2 and t3 those of the copy within it, summed over its ${phases.copies} copies.
`;
}

function perWhat(
  phases: MeasuredPhases,
  pages: number,
): { readonly name: string; readonly count: number } | null {
  if (pages > 0) return { name: 'page', count: pages };
  return phases.copies > 0 ? { name: 'copy', count: phases.copies } : null;
}

function cyclesHead(per: { readonly name: string } | null, mhz: number | null): string[] {
  return per === null || mhz === null ? [] : [`cycles/${per.name}`];
}

export function functionTable({ functions }: TraceInfo): string {
  const all = Object.entries(functions);
  if (all.length === 0) return '';
  const rows = all
    .slice(0, MOST)
    .map(([name, { calls, total_ns, self_ns }]) => [
      name,
      String(calls),
      duration(total_ns),
      self_ns === undefined ? '' : duration(self_ns),
      duration(total_ns / calls),
    ]);
  const rest = all.length > MOST ? `and ${all.length - MOST} more: see --json\n` : '';
  return `\n${textTable(['function', 'calls', 'total', 'self', 'mean'], rows)}${rest}`;
}

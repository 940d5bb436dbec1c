/** The numbers that answer the first questions about a run, read from the run itself. */
import { FOLIO_FATES } from '../../engine/folio/workload';
import { modeName, reasonName } from '../../engine/kernel/modes';
import { FOLIO_RESULTS } from '../../engine/sim/run';
import { pagesOfOrder } from '../../base/units';
import { latencyOf } from '../../analysis/latency';
import type { RunView } from './runView';

export interface RunFacts {
  /** `node 1 → 0`, or empty where unknown. */
  readonly flow: string;
  /** `syscall_or_cpuset`, or how many different ones. */
  readonly reason: string;
  readonly mode: string;
  /** Until the first folio of a call was usable again, mean over calls; ns, NaN where unknown. */
  readonly firstFolioNs: number;
  readonly blockedP99Ns: number;
  /** Why folios failed, most frequent first: `2 pinned-get`. Empty where unknown. */
  readonly causes: readonly string[];
  readonly pagesGiven: number;
}

const known = new WeakMap<RunView, RunFacts>();

export function factsOf(view: RunView): RunFacts {
  let facts = known.get(view);
  if (facts === undefined) {
    facts = readFacts(view);
    known.set(view, facts);
  }
  return facts;
}

function readFacts(view: RunView): RunFacts {
  const { run } = view;
  const latency = run.kind === 'simulated' ? latencyOf(run) : null;
  const observed = run.kind === 'observed' ? observedLatency(view) : null;
  return {
    flow: flowOf(view),
    reason: distinct(run.calls.reason, reasonName, 'reasons'),
    mode: distinct(run.calls.mode, (code) => modeName(code).replace('MIGRATE_', ''), 'modes'),
    firstFolioNs: latency?.firstFolio.mean ?? observed?.firstFolioNs ?? NaN,
    blockedP99Ns: latency?.blocked.p99 ?? observed?.blockedP99Ns ?? NaN,
    causes: causesOf(view),
    pagesGiven: run.calls.pages.reduce((sum, pages) => sum + pages, 0),
  };
}

/** The one name that all codes of the column have, or `3 reasons`. */
function distinct(column: Uint8Array, name: (code: number) => string, many: string): string {
  const names = new Set<string>();
  for (const code of column) names.add(name(code));
  if (names.size > 2) return `${names.size} ${many}`;
  return [...names].join(', ');
}

function flowOf(view: RunView): string {
  const { folios } = view.run;
  const flows = new Set<string>();
  for (let row = 0; row < folios.length && flows.size < 3; row++) {
    const from = folios.from[row] as number;
    const to = folios.to[row] as number;
    if (from >= 0 && to >= 0) flows.add(`node ${from} → ${to}`);
  }
  if (flows.size > 2) return 'several node pairs';
  return [...flows].join(', ');
}

function causesOf(view: RunView): readonly string[] {
  const { folios } = view.run;
  if (view.run.kind === 'observed') return [];
  const failed = FOLIO_RESULTS.indexOf('failed');
  const pages = new Map<string, number>();
  for (let row = 0; row < folios.length; row++) {
    if (folios.result[row] !== failed) continue;
    const fate = FOLIO_FATES[folios.fate[row] as number] ?? 'unknown';
    const size = (folios.count[row] as number) * pagesOfOrder(folios.order[row] as number);
    pages.set(fate, (pages.get(fate) ?? 0) + size);
  }
  return [...pages].sort((a, b) => b[1] - a[1]).map(([fate, count]) => `${count} ${fate}`);
}

/** From the recorded events: blocked from a folio's first migration entry to its last. */
function observedLatency(view: RunView): { firstFolioNs: number; blockedP99Ns: number } | null {
  const { run } = view;
  const times = run.observedTimes;
  if (times === null || times.length === 0) return null;
  const blocked = times.remapped
    .map((end, folio) => (end - (times.unmapped[folio] as number)) / 1000)
    .filter((ns) => !Number.isNaN(ns))
    .sort();
  let sum = 0;
  let calls = 0;
  for (let call = 0; call < run.calls.length; call++) {
    const first = run.calls.first[call] as number;
    const last = first + (run.calls.count[call] as number);
    let earliest = Infinity;
    for (let folio = first; folio < last; folio++) {
      const at = times.remapped[folio] as number;
      if (at < earliest) earliest = at;
    }
    if (earliest === Infinity) continue;
    sum += (earliest - (run.calls.start[call] as number)) / 1000;
    calls++;
  }
  return {
    firstFolioNs: calls === 0 ? NaN : sum / calls,
    blockedP99Ns: blocked[Math.max(0, Math.ceil(blocked.length * 0.99) - 1)] ?? NaN,
  };
}

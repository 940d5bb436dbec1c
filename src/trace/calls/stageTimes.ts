/**
 * Durations that mm_migrate_stage events tell: an out-of-tree trace point of migrate_pages(), one event per stage and folio or
 * batch (facts: stage=%s mode=%s reason=%s order=%d src_nid=%d dst_nid=%d nr_pages=%lu duration_ns=%llu rc=%d).
 */
import { GrowableTable } from '../../base/columns';
import { CALL_PHASE_SCHEMA, type CallPhases, type TraceTiming } from '../model';
import type { Workload } from '../../engine/folio/workload';
import type { ProblemList } from '../../base/problem';
import { type MeasuredPhases, PhaseSumming, type SeenPhases } from './phaseSums';
import type { PageFlow } from './traceSums';

type Account = 'unmapNs' | 'flushNs' | 'copyNs' | 'remapNs' | 'allocNs';

/**
 * Which stage is which phase, told by its name alone: the code of the trace point was not at hand. The ones that enclose others
 * (batch_unmap_loop, batch_move_loop, migrate_batch_call …) are no phase.
 */
const STAGE_ACCOUNTS: Readonly<Record<string, Account>> = {
  unmap_migration_pte: 'unmapNs',
  tlb_flush_batch: 'flushNs',
  copy_move: 'copyNs',
  remap_remove_migration_pte: 'remapNs',
  alloc_dst: 'allocNs',
};
const ACCOUNTS: readonly Account[] = ['unmapNs', 'flushNs', 'copyNs', 'remapNs', 'allocNs'];
/** The stage whose success moves its pages from src_nid to dst_nid. */
const MOVING = 'copy_move';

/** What the stages of one call come to so far. */
interface CallStages {
  readonly ns: Record<Account, number>;
  copies: number;
  from: number;
  to: number;
  isMixed: boolean;
}

export interface StageEvent {
  /** Row of the stage's name. */
  readonly stage: number;
  readonly durationNs: number;
  /** -1 where not said. */
  readonly from: number;
  readonly to: number;
  readonly pages: number;
  readonly returned: number;
}

export class StageTimes {
  private readonly names: readonly string[];
  private readonly count: number[] = [];
  private readonly totalNs: number[] = [];
  private readonly open = new Map<number, CallStages>();
  private readonly rows = new GrowableTable(CALL_PHASE_SCHEMA);
  /** Per row: the nodes that all of its pages moved between; -1 where there are several. */
  private readonly from: number[] = [];
  private readonly to: number[] = [];
  private readonly summing = new PhaseSumming();
  private readonly keepsCalls: boolean;
  private overlong = 0;
  private readonly flows = new Map<string, PageFlow>();

  /** `names` by stage; the array may grow while reading. `keepsCalls`: else calls are only summed up. */
  constructor(names: readonly string[], keepsCalls: boolean) {
    this.names = names;
    this.keepsCalls = keepsCalls;
  }

  add(pid: number, event: StageEvent): void {
    const { stage, durationNs } = event;
    this.count[stage] = (this.count[stage] ?? 0) + 1;
    this.totalNs[stage] = (this.totalNs[stage] ?? 0) + durationNs;
    const name = this.names[stage] ?? '';
    const account = Object.hasOwn(STAGE_ACCOUNTS, name) ? STAGE_ACCOUNTS[name] : undefined;
    if (account === undefined) return;
    const call = this.open.get(pid) ?? emptyStages();
    this.open.set(pid, call);
    call.ns[account] += durationNs;
    if (name === MOVING && event.returned === 0) this.move(call, event);
  }

  /** A call of `pid` begins: stages before it belong to none. */
  start(pid: number): void {
    this.open.delete(pid);
  }

  /** The call of `pid` has ended after `totalNs`, NaN where its beginning was not recorded; it is `call`, as CallTracker counts them. */
  end(pid: number, call: number, totalNs: number): void {
    const stages = this.open.get(pid);
    this.open.delete(pid);
    if (stages === undefined) return;
    // Without its beginning, nobody knows what is missing.
    if (Number.isNaN(totalNs)) return;
    if (ACCOUNTS.reduce((sum, account) => sum + stages.ns[account], 0) > totalNs + ROUNDING_NS) {
      this.overlong++;
      return;
    }
    const row = this.rows.push();
    const c = this.rows.columns;
    c.call[row] = call;
    c.totalNs[row] = totalNs;
    c.copies[row] = stages.copies;
    for (const account of ACCOUNTS) c[account][row] = stages.ns[account];
    this.summing.add(c, row);
    if (!this.keepsCalls) {
      this.rows.clear();
      return;
    }
    this.from.push(stages.isMixed ? -1 : stages.from);
    this.to.push(stages.isMixed ? -1 : stages.to);
  }

  timings(): TraceTiming[] {
    return this.names
      .map((name, stage) => ({ name, calls: this.count[stage] ?? 0, totalNs: this.totalNs[stage] ?? 0 }))
      .filter(({ calls }) => calls > 0)
      .sort((a, b) => b.totalNs - a.totalNs || (a.name < b.name ? -1 : 1));
  }

  /** Base pages by nodes; what the calls moved besides, `moved` in all, between unknown ones. */
  pageFlows(moved: number): PageFlow[] {
    const flows = [...this.flows.values()].sort(
      (a, b) => (a.from ?? -1) - (b.from ?? -1) || (a.to ?? -1) - (b.to ?? -1),
    );
    const rest = moved - flows.reduce((sum, { pages }) => sum + pages, 0);
    return rest > 0 ? [{ from: null, to: null, pages: rest }, ...flows] : flows;
  }

  /** Sums over the calls that both of their events bound. */
  sums(): MeasuredPhases | null {
    return this.summing.sums(this.seen());
  }

  /** The same, call by call. `renumber` is that of AssembledCalls. */
  phases(renumber: Int32Array | null): CallPhases {
    const phases = this.rows.finish();
    const seen = this.seen();
    for (const account of ACCOUNTS)
      if (!seen[account.slice(0, -2) as 'unmap']) phases[account].fill(Number.NaN);
    phases.unmapFlushNs.fill(Number.NaN);
    if (renumber !== null)
      for (let row = 0; row < phases.length; row++) phases.call[row] = renumber[phases.call[row]!]!;
    return phases;
  }

  /** Gives the folios of calls that moved between one pair of nodes these nodes, where nothing else told them. */
  nameNodes({ calls, folioRuns }: Workload, phases: CallPhases): void {
    for (let row = 0; row < phases.length; row++) {
      const call = phases.call[row]!;
      const end = calls.firstRun[call]! + calls.runCount[call]!;
      for (let run = calls.firstRun[call]!; run < end; run++) {
        if (folioRuns.from[run]! < 0) folioRuns.from[run] = this.from[row]!;
        if (folioRuns.to[run]! < 0) folioRuns.to[run] = this.to[row]!;
      }
    }
  }

  note(problems: ProblemList): void {
    if (this.overlong > 0)
      problems.add(
        `The stages of ${this.overlong} calls take longer than the calls themselves; these are not in the phases.`,
        'Stages may overlap in this version of the trace point. The durations by stage are as recorded.',
      );
  }

  private seen(): SeenPhases {
    const names = new Set(this.names.filter((_, stage) => (this.count[stage] ?? 0) > 0));
    const has = (account: Account): boolean =>
      Object.entries(STAGE_ACCOUNTS).some(([name, its]) => its === account && names.has(name));
    return {
      unmap: has('unmapNs'),
      flush: has('flushNs'),
      copy: has('copyNs'),
      remap: has('remapNs'),
      alloc: has('allocNs'),
      unmapFlush: false,
    };
  }

  private move(call: CallStages, { from, to, pages }: StageEvent): void {
    if (call.copies > 0 && (call.from !== from || call.to !== to)) call.isMixed = true;
    call.from = from;
    call.to = to;
    call.copies++;
    const key = `${from}>${to}`;
    const flow = this.flows.get(key) ?? { from: from < 0 ? null : from, to: to < 0 ? null : to, pages: 0 };
    this.flows.set(key, flow);
    flow.pages += pages;
  }
}

/** Times of events may be rounded to µs, at both ends. */
const ROUNDING_NS = 2000;

function emptyStages(): CallStages {
  return {
    ns: { unmapNs: 0, flushNs: 0, copyNs: 0, remapNs: 0, allocNs: 0 },
    copies: 0,
    from: -1,
    to: -1,
    isMixed: false,
  };
}

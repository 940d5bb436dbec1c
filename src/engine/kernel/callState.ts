/** What one migrate_pages() call works with while it is played. */
import { PAGE_BYTES } from '../../base/units';
import type { Span } from '../folio/span';
import type { CostModel } from '../machine/costModel';
import { pageTableEntries } from '../machine/costModel';
import type { RunConfig } from '../sim/run';
import type { CallRecorder, Share } from '../sim/callRecorder';
import type { Copies } from '../sim/copies';
import type { Flow, FlowSpec } from '../sim/flow';
import type { Links } from '../sim/links';
import type { Channel } from './copyPath/channels';
import type { CopyPath } from './copyPath/copyPath';
import type { DmaState } from './copyPath/dmaState';
import type { StepBook } from './folioSteps';
import type { MigrateMode, MigrateReason } from './modes';
import type { KernelRules } from './rules/kernelRules';
import type { MigrateTotals } from './totals';

export interface CallState {
  readonly mode: MigrateMode;
  readonly reason: MigrateReason | null;
  readonly mmCpus: number;
  /** The migrating CPU, -1 where unknown. */
  readonly cpu: number;
  readonly rules: KernelRules;
  readonly path: CopyPath;
  readonly costs: CostModel;
  /** What the steps of folios take here. */
  readonly steps: StepBook;
  readonly builder: CallRecorder;
  readonly links: Links;
  /** Begins copies beside this CPU; `copies` is told what they do. */
  readonly launch: (copies: Copies, spec: FlowSpec) => Flow;
  /** Takes back copies that are over, and that nobody asks anything more. */
  readonly recycle: (copies: Copies) => void;
  readonly dma: DmaState;
  /** The machine's channels. */
  readonly channels: readonly Channel[];
  /** Alike batches take alike steps: no other CPU runs beside this one, and nothing is drawn or injected. */
  readonly repeats: boolean;
  readonly config: RunConfig;
  /** The cold start of the first copy is still to come. */
  copyIsCold: boolean;
  dmaIsCold: boolean;
}

/** What steps with `alloc` at `stretch` take of the destination's allocator. */
export function allocatorShare(state: CallState, of: Span['of'], stretch = 0): Share | null {
  const { builder, links, costs } = state;
  // The lock is not modelled where a folio is moved before the next one is allocated (6.1).
  if (state.rules.work === 'folioByFolio') return null;
  if (!builder.contended || of.hugetlb || of.to < 0 || !links.canFillAllocator(costs)) return null;
  if (stretch === 0) return state.steps.of(of).allocatorShare(links);
  return { links: links.allocator(of.to), amount: costs.allocLock, stretch };
}

/** What steps with a copy by this CPU at `stretch` take of memory links; a copy within the cache takes nothing. */
export function copyShare(
  state: CallState,
  of: Span['of'],
  stretch: number,
  resident: boolean,
): Share | null {
  if (resident) return null;
  const links = state.links.cpuCopy(state.cpu, of, state.costs);
  return { links, amount: of.pages * PAGE_BYTES, stretch };
}

/** Counters of one migrate_pages_batch(), as struct migrate_pages_stats. */
export type Stats = MigrateTotals;

/** Emits the cold start of a call's first copy by the CPU. */
export function warmCopy(state: CallState): void {
  if (!state.copyIsCold) return;
  state.copyIsCold = false;
  state.builder.once('coldCopy', state.costs.coldCopy);
}

/** A span moved: counted, remapped (its remove events printed), settled. */
export function succeed(state: CallState, stats: Stats, span: Span): void {
  const pages = span.count * span.of.pages;
  stats.nr_succeeded += pages;
  if (span.of.thp) stats.nr_thp_succeeded += span.count;
  state.builder.settle(pages, 0);
  state.builder.result(span, 'moved');
  printRemoved(state, span);
}

/** The set events of a span (K6: one per PTE; PMD mappings print pmd events). */
export function printSet(state: CallState, span: Span): void {
  const { events } = state.builder;
  const entries = span.count * state.steps.of(span.of).entries;
  if (printsPmd(span)) events.set_migration_pmd += entries;
  else events.set_migration_pte += entries;
}

export function printRemoved(state: CallState, span: Span): void {
  const { events } = state.builder;
  if (span.of.fateName === 'freed') return;
  const entries = span.count * state.steps.of(span.of).entries;
  if (printsPmd(span)) events.remove_migration_pmd += entries;
  else events.remove_migration_pte += entries;
}

/** hugetlb entries print pte events, however large (K5). */
export function printsPmd({ of }: Pick<Span, 'of'>): boolean {
  return of.mappingName === 'pmd' && !of.hugetlb;
}

/** Flush operations that one try to unmap a folio does at once, and whether it leaves one for the batch. */
export interface FlushPlan {
  readonly immediate: number;
  readonly deferred: boolean;
}
export const NO_FLUSH: FlushPlan = { immediate: 0, deferred: false };
const DEFERRED: FlushPlan = { immediate: 0, deferred: true };

export function flushPlan(
  state: Pick<CallState, 'rules' | 'reason' | 'mmCpus'>,
  of: Span['of'],
  async: boolean,
): FlushPlan {
  const entries = pageTableEntries(of);
  if (entries === 0) return NO_FLUSH;
  // PMD and hugetlb entries are never deferred (mm/rmap.c, try_to_migrate_one).
  if (of.mappingName === 'pmd' || of.hugetlb) return { immediate: entries, deferred: false };
  // A NUMA hint PTE is PROT_NONE, so no CPU can hold it in its TLB.
  if (state.reason === 'numa_misplaced') return NO_FLUSH;
  // arch_tlbbatch_should_defer(): only when another CPU is in mm_cpumask.
  if (async && state.rules.batchesFlushes && state.mmCpus > 1) return DEFERRED;
  return { immediate: entries, deferred: false };
}

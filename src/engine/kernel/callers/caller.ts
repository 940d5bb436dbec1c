/**
 * A caller of migrate_pages(): which mode and reason it passes, and which of the folios it found go into each of
 * its calls. Each caller is one file here and one row of registry.ts; what its system call or daemon does beyond
 * that (status words, refusals, errors) are functions of the same file.
 */
import type { FolioKind } from '../../folio/workload';
import type { KernelRulesName } from '../../sim/run';
import type { MigrateMode, MigrateReason } from '../modes';

/** Alike folios beside each other, at rising addresses; their page frames begin with a pageblock and leave no gap. */
export interface AlikeFolios {
  readonly count: number;
  /** log2 of the base pages of each. */
  readonly order: number;
  readonly kind: FolioKind;
  /** How many of them the destination has room for at the moment; Infinity: all. */
  readonly room: () => number;
}

/** Folios [first, end). */
export interface FolioRange {
  readonly first: number;
  readonly end: number;
}

/** What a call left behind. */
export interface CallOutcome {
  /** The folios that failed, by number. */
  readonly failed: readonly number[];
  /** It returned -ENOMEM: those behind the last that was tried are still where they were. */
  readonly noMemory: boolean;
}

/** Makes a call with these folios, in this order. */
export type MakeCall = (folios: readonly FolioRange[]) => CallOutcome;

/** Reasons that some caller passes: never_migrated is none, it says of a folio that it never was. */
export type CalledReason = Exclude<MigrateReason, 'never_migrated'>;

export interface Caller {
  readonly title: string;
  readonly reason: CalledReason;
  /** The mode it usually passes. */
  readonly mode: MigrateMode;
  /** What one call holds, in words. */
  readonly holds: string;
  /** Name of the kernel thread that calls, without its node; null: a user's task. */
  readonly thread: string | null;
  /** Why it would not touch such folios; null: it moves them. */
  readonly refuses: (folios: AlikeFolios, kernel: KernelRulesName) => string | null;
  /**
   * Makes its calls over the folios. Returns what the caller has in the end: 0, or the -errno it gives up with;
   * folios that are then in no call were not reached.
   */
  readonly cut: (folios: AlikeFolios, kernel: KernelRulesName, make: MakeCall) => number;
}

export const EINTR = 4;
export const EBUSY = 16;

export const refusesNothing = (): null => null;

/** Callers that find folios on the LRU lists: hugetlb folios are on none. */
export function refusesHugetlb(folios: AlikeFolios): string | null {
  return folios.kind === 'hugetlb' ? 'hugetlb folios are on no LRU list' : null;
}

/** All folios in one call; whoever calls sees what it returns and is content with it. */
export function inOneCall(folios: AlikeFolios, _kernel: KernelRulesName, make: MakeCall): number {
  make([{ first: 0, end: folios.count }]);
  return 0;
}

/** Calls that stop at the folio that makes their base pages reach `pages`; it is the last of its call. */
export function inGroupsOf(pages: number, folios: AlikeFolios, make: MakeCall): void {
  const size = Math.ceil(pages / 2 ** folios.order);
  for (let first = 0; first < folios.count; first += size) {
    make([{ first, end: Math.min(first + size, folios.count) }]);
  }
}

/** Folios by number, as ranges. */
export function rangesOf(numbers: readonly number[]): FolioRange[] {
  return numbers.map((first) => ({ first, end: first + 1 }));
}

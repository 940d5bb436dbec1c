import { PMD_ORDER, pagesOfOrder } from '../../base/units';
import { pfnOfMigrationEntry, pfnOfPmd, pfnOfPte } from '../calls/migrationEntry';
import { OpenSets } from '../calls/openSets';
import type { LiveFlow } from './liveFigures';

const MAX_TASKS = 256;
/** Sets of a task that wait at most: beyond, the oldest calls have lost their ends. */
const MAX_WAITING = 1 << 16;
const NODES = 1024;

/**
 * Pages seen to move from node to node, a page per PTE and 512 per PMD: a page that several processes map counts for
 * each, one that nobody maps does not count.
 */
export class LiveFlows {
  private readonly waiting = new Map<number, OpenSets>();
  private readonly pages = new Map<number, number>();
  private readonly nodeOfPfn: (pfn: number) => number;
  private lastPid = Number.NaN;
  private last = new OpenSets();

  constructor(nodeOfPfn: (pfn: number) => number) {
    this.nodeOfPfn = nodeOfPfn;
  }

  set(pid: number, address: number, lo: number, hi: number): void {
    const sets = this.of(pid);
    if (sets.unanswered >= MAX_WAITING) sets.clear();
    sets.add(address, 0, pfnOfMigrationEntry(lo, hi));
  }

  remove(pid: number, address: number, lo: number, hi: number, isPmd: boolean): void {
    const to = isPmd ? pfnOfPmd(lo, hi) : pfnOfPte(lo, hi);
    const sets = this.of(pid);
    const entry = sets.take(address, to);
    if (entry < 0) return;
    const from = sets.pfnOf(entry);
    // The same frame again: it was mapped back, not moved.
    if (from < 0 || to < 0 || from === to) return;
    const key = (this.nodeOfPfn(from) + 1) * NODES + this.nodeOfPfn(to) + 1;
    this.pages.set(key, (this.pages.get(key) ?? 0) + (isPmd ? pagesOfOrder(PMD_ORDER) : 1));
  }

  endCall(pid: number): void {
    this.of(pid).clear();
  }

  /** The largest first. */
  sums(): LiveFlow[] {
    return [...this.pages]
      .map(([key, pages]) => ({ from: Math.floor(key / NODES) - 1, to: (key % NODES) - 1, pages }))
      .sort((left, right) => right.pages - left.pages);
  }

  private of(pid: number): OpenSets {
    if (pid === this.lastPid) return this.last;
    let sets = this.waiting.get(pid);
    if (sets === undefined) {
      if (this.waiting.size >= MAX_TASKS) this.waiting.clear();
      sets = new OpenSets();
      this.waiting.set(pid, sets);
    }
    this.lastPid = pid;
    this.last = sets;
    return sets;
  }
}

/** Models do_migrate_pages() and migrate_to_node(), mm/mempolicy.c: migrate_pages(2), and the cpuset that follows its tasks. */
import type { Caller } from './caller';
import { inOneCall, refusesNothing } from './caller';
import type { CallerCall } from './callerCall';

export interface MmFolio {
  readonly node: number;
  /** Processes that map it; more than one need MPOL_MF_MOVE_ALL (CAP_SYS_NICE; a cpuset always has it). Default 1. */
  readonly mappers?: number;
  /** Someone else has it off its LRU list. Default false. */
  readonly isolated?: boolean;
}

export interface MigratePagesRequest {
  /** All folios of the mm, in address order. */
  readonly folios: readonly MmFolio[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly moveAll: boolean;
}

export interface NodePairCall extends CallerCall {
  readonly source: number;
  readonly target: number;
}

export interface MigratePagesOutcome {
  readonly calls: readonly NodePairCall[];
  /** 0, the number of folios that stayed, or -errno. */
  readonly returned: number;
}

/**
 * The calls of one migrate_pages(2): for each pair of nodes one, with all folios of the mm on the source. `migrate`
 * gives a call's return value; by default everything moves. An error ends the system call.
 */
export function migratePagesCalls(
  { folios, from, to, moveAll }: MigratePagesRequest,
  migrate: (call: NodePairCall) => number = () => 0,
): MigratePagesOutcome {
  const calls: NodePairCall[] = [];
  const nodes = folios.map((folio) => folio.node);
  let stayed = 0;
  for (const [source, target] of nodePairs(from, to)) {
    const list = folios.flatMap((folio, i) => {
      const mayMove = folio.isolated !== true && (moveAll || (folio.mappers ?? 1) === 1);
      return nodes[i] === source && mayMove ? [i] : [];
    });
    if (list.length === 0) continue;
    const call: NodePairCall = {
      mode: 'MIGRATE_SYNC',
      reason: 'syscall_or_cpuset',
      folios: list,
      source,
      target,
    };
    calls.push(call);
    const left = migrate(call);
    if (left < 0) return { calls, returned: left };
    stayed += left;
    if (left === 0) for (const folio of list) nodes[folio] = target;
  }
  return { calls, returned: stayed };
}

/**
 * Source and destination of each call, in order: a source whose destination is not itself still to be emptied goes
 * first, so that pages do not move twice; where the masks differ in size, nodes that are in both keep what they have.
 */
export function nodePairs(from: readonly number[], to: readonly number[]): (readonly [number, number])[] {
  const sources = from.toSorted((a, b) => a - b);
  const targets = to.toSorted((a, b) => a - b);
  const pairs: (readonly [number, number])[] = [];
  const left = new Set(sources);
  while (left.size > 0) {
    let pair: readonly [number, number] | null = null;
    for (const source of left) {
      if (sources.length !== targets.length && targets.includes(source)) continue;
      const target = targets[sources.indexOf(source) % targets.length] ?? source;
      if (source === target) continue;
      pair = [source, target];
      if (!left.has(target)) break;
    }
    if (pair === null) break;
    left.delete(pair[0]);
    pairs.push(pair);
  }
  return pairs;
}

export const MIGRATE_PAGES: Caller = {
  title: 'migrate_pages(2)',
  reason: 'syscall_or_cpuset',
  mode: 'MIGRATE_SYNC',
  holds: 'all folios of the process on the source node',
  thread: null,
  refuses: refusesNothing,
  cut: inOneCall,
};

export const CPUSET: Caller = {
  ...MIGRATE_PAGES,
  title: 'a cpuset with memory_migrate, by a kworker',
  thread: 'kworker/u',
};

/** Models do_pages_move(), add_folio_for_migration() and move_pages_and_store_status(), mm/migrate.c v6.12: what move_pages(2) makes of its entries. */
import type { Caller } from './caller';
import { EBUSY, inOneCall, refusesNothing } from './caller';
import type { CallerCall } from './callerCall';

export interface MovePagesFolio {
  /** Node it lies on when the system call begins. */
  readonly node: number;
  /** Page tables that map it, those of equal pages that KSM merged included; more than one need MPOL_MF_MOVE_ALL. Default 1. */
  readonly mappers?: number;
  /** It cannot be taken off its LRU list: someone else has isolated it. */
  readonly isolated?: boolean;
}

export interface MovePagesEntry {
  /** Node asked for. */
  readonly target: number;
  /** What is at the address: one of the folios, no page, no mapping (or the zero page). */
  readonly at: number | 'no-page' | 'no-vma';
}

export interface MovePagesRequest {
  readonly folios: readonly MovePagesFolio[];
  readonly entries: readonly MovePagesEntry[];
  /** MPOL_MF_MOVE_ALL. */
  readonly moveAll: boolean;
  /** Nodes with memory, and those of them that the caller's cpuset allows. */
  readonly nodes: readonly number[];
  readonly allowed: readonly number[];
}

export interface MovePagesCall extends CallerCall {
  readonly target: number;
}

export interface MovePagesOutcome {
  readonly calls: readonly MovePagesCall[];
  /** The status array; null where the kernel leaves a word as it was. */
  readonly status: readonly (number | null)[];
  /** 0, the number of entries not moved, or -errno. */
  readonly returned: number;
}

const ENOENT = 2;
const EACCES = 13;
const EFAULT = 14;
const ENODEV = 19;
const QUEUED = 1;

/** Entries queued for one target node: [start, end) of the request. */
interface Queue {
  target: number | null;
  start: number;
  folios: number[];
}

/**
 * The calls of one move_pages(2). `migrate` plays a call and gives its return value: 0, the folios left, or -12
 * (-ENOMEM); by default every call moves everything. The first call that does not ends the system call.
 */
export function movePagesCalls(
  request: MovePagesRequest,
  migrate: (call: MovePagesCall) => number = () => 0,
): MovePagesOutcome {
  const { entries } = request;
  const calls: MovePagesCall[] = [];
  const status = entries.map((): number | null => null);
  const nodes = request.folios.map((folio) => folio.node);
  const queue: Queue = { target: null, start: 0, folios: [] };

  /** move_pages_and_store_status(): migrates what is queued, entries [start, end). */
  const moveQueued = (end: number): number => {
    if (queue.target === null || queue.folios.length === 0) return 0;
    const call: MovePagesCall = {
      mode: 'MIGRATE_SYNC',
      reason: 'syscall_or_cpuset',
      target: queue.target,
      folios: queue.folios,
    };
    queue.folios = [];
    calls.push(call);
    const left = migrate(call);
    // The folios that stay are counted with the entries that are not reached any more.
    if (left !== 0) return left > 0 ? left + entries.length - end : left;
    for (const folio of call.folios) nodes[folio] = call.target;
    status.fill(call.target, queue.start, end);
    return 0;
  };

  for (const [i, entry] of entries.entries()) {
    const wrong = wrongNode(request, entry.target);
    if (wrong !== 0) {
      moveQueued(i);
      return { calls, status, returned: wrong };
    }
    if (queue.target === null) {
      queue.target = entry.target;
      queue.start = i;
    } else if (queue.target !== entry.target) {
      const left = moveQueued(i);
      if (left !== 0) return { calls, status, returned: left };
      queue.target = entry.target;
      queue.start = i;
    }
    const added = addFolioForMigration(request, entry, nodes, queue);
    if (added === QUEUED) continue;
    // The answer for this entry is written before the entries ahead of it are moved.
    status[i] = added === 0 ? entry.target : added;
    const left = moveQueued(i);
    if (left !== 0) return { calls, status, returned: left > 0 ? left - 1 : left };
    queue.target = null;
  }
  return { calls, status, returned: moveQueued(entries.length) };
}

function wrongNode({ nodes, allowed }: MovePagesRequest, target: number): number {
  if (!nodes.includes(target)) return -ENODEV;
  return allowed.includes(target) ? 0 : -EACCES;
}

/** Queues the folio of an entry (QUEUED), or says why not: 0 = on the target already, else -errno. */
function addFolioForMigration(
  request: MovePagesRequest,
  { at, target }: MovePagesEntry,
  nodes: readonly number[],
  queue: Queue,
): number {
  if (at === 'no-vma') return -EFAULT;
  const folio = at === 'no-page' ? undefined : request.folios[at];
  if (at === 'no-page' || folio === undefined) return -ENOENT;
  if (nodes[at] === target) return 0;
  if ((folio.mappers ?? 1) > 1 && !request.moveAll) return -EACCES;
  if (folio.isolated === true || queue.folios.includes(at)) return -EBUSY;
  queue.folios.push(at);
  return QUEUED;
}

export const MOVE_PAGES: Caller = {
  title: 'move_pages(2)',
  reason: 'syscall_or_cpuset',
  mode: 'MIGRATE_SYNC',
  holds: 'all entries in a row that have one target node',
  thread: null,
  refuses: refusesNothing,
  cut: inOneCall,
};

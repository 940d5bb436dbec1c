/** Models do_mbind(), mm/mempolicy.c: mbind(2) with MPOL_MF_MOVE moves what a range holds on other nodes than its policy's. */
import type { Caller } from './caller';
import { inOneCall, refusesNothing } from './caller';
import type { CallerCall } from './callerCall';

export interface MbindFolio {
  readonly node: number;
  /** Processes that map it; more than one need MPOL_MF_MOVE_ALL. Default 1. */
  readonly mappers?: number;
  /** Someone else has it off its LRU list. Default false. */
  readonly isolated?: boolean;
}

export interface MbindRequest {
  /** The folios of the range, in address order. */
  readonly folios: readonly MbindFolio[];
  /** Nodes of the policy. */
  readonly nodes: readonly number[];
  readonly moveAll: boolean;
  /** MPOL_MF_STRICT: what stays makes the system call fail. */
  readonly strict: boolean;
}

export interface MbindOutcome {
  /** At most one. */
  readonly calls: readonly CallerCall[];
  /** 0, -EIO. */
  readonly returned: number;
}

const EIO = 5;

/** The call of one mbind(2). `migrate` gives its return value: 0, the folios left, or -12; by default everything moves. */
export function mbindCalls(
  { folios, nodes, moveAll, strict }: MbindRequest,
  migrate: (call: CallerCall) => number = () => 0,
): MbindOutcome {
  const misplaced = folios.flatMap((folio, i) => (nodes.includes(folio.node) ? [] : [i]));
  const list = misplaced.filter((i) => {
    const folio = folios[i];
    return folio?.isolated !== true && (moveAll || (folio?.mappers ?? 1) === 1);
  });
  const call: CallerCall = { mode: 'MIGRATE_SYNC', reason: 'mempolicy_mbind', folios: list };
  const left = list.length === 0 ? 0 : migrate(call);
  const stays = left !== 0 || list.length < misplaced.length;
  return { calls: list.length === 0 ? [] : [call], returned: strict && stays ? -EIO : 0 };
}

export const MBIND: Caller = {
  title: 'mbind(2) with MPOL_MF_MOVE',
  reason: 'mempolicy_mbind',
  mode: 'MIGRATE_SYNC',
  holds: 'all misplaced folios of the range',
  thread: null,
  refuses: refusesNothing,
  cut: inOneCall,
};

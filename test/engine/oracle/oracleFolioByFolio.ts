/** migrate_pages_batch() and unmap_and_move() of 6.1: whole attempts, folio after folio, in up to ten passes. */
import type { OracleCall } from './oracleCall';
import type { OracleFolio } from './oracleFolio';
import { wantsMemory } from './oracleFolio';
import type { Errno } from './oracleUnmap';
import { canSplit, fail, splitFolio, succeed } from './oracleUnmap';
import { wholeAttempt } from './oracleWholeAttempts';
import type { Play } from './oracleWorld';

const PASSES = 10;

export interface RoundOutcome {
  readonly failed: number;
  readonly outOfMemory: boolean;
}

/** `splitList` is null for the parts of split folios: what they answer does not lead to another pass. */
export function* migrateFolioByFolio(
  call: OracleCall,
  list: readonly OracleFolio[],
  splitList: OracleFolio[] | null,
): Play<RoundOutcome> {
  const { stats } = call;
  const task = { from: [], ret: [], splitList, mode: call.mode, passes: PASSES, stats };
  let failed = 0;
  let left = list;
  for (let pass = 0; pass < (splitList === null ? 1 : PASSES) && left.length > 0; pass++) {
    const again: OracleFolio[] = [];
    for (const folio of left) {
      const rc = yield* wholeAttempt(call, folio, beforeUnmap(call, pass, folio));
      if (rc === 'ok') {
        succeed(folio, stats);
      } else if (rc === 'EAGAIN') {
        again.push(folio);
      } else if (rc === 'EBUSY') {
        failed++;
        fail(folio, stats);
      } else if (canSplit(call, task, folio)) {
        failed++;
        splitFolio(call, task, folio);
      } else {
        fail(folio, stats);
        for (const waiting of again) fail(waiting, stats);
        return { failed, outOfMemory: true };
      }
    }
    left = again;
  }
  for (const folio of left) fail(folio, stats);
  return { failed: failed + left.length, outOfMemory: false };
}

/** The lock, then writeback: the first three passes come back without waiting, in any mode. */
function beforeUnmap(call: OracleCall, pass: number, folio: OracleFolio): Errno {
  const { fate } = folio;
  if (wantsMemory(folio)) return 'ENOMEM';
  if (fate === 'locked' && (pass <= 2 || call.mode === 'MIGRATE_ASYNC')) return 'EAGAIN';
  if (fate === 'writeback' && call.mode !== 'MIGRATE_SYNC') return 'EBUSY';
  if (fate === 'writeback' && pass <= 2) return 'EAGAIN';
  if (fate === 'orphaned-buffers') return 'EAGAIN';
  return fate === 'unmovable' ? 'EBUSY' : 'ok';
}

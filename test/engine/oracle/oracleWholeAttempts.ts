/** unmap_and_move() of 6.1, and unmap_and_move_hugetlb_folio(): one folio is unmapped, flushed, moved and remapped, or undone. */
import type { OracleCall } from './oracleCall';
import { mark, printSets, sleep, spend, spendAll } from './oracleCall';
import type { OracleFolio } from './oracleFolio';
import { afterBatch, answerToMove, migrateFolioMove, moveByCopy, undo } from './oracleMove';
import type { Errno } from './oracleUnmap';
import { freeBuffers, tryToMigrate, waitFor } from './oracleUnmap';
import type { Play } from './oracleWorld';

/** `before`: what ends the attempt before the page tables are touched. The allocator is not shared by what 6.1 or hugetlb takes of it. */
export function* wholeAttempt(call: OracleCall, folio: OracleFolio, before: Errno): Play<Errno> {
  const { costs } = call;
  if (folio.fate === 'freed') {
    spend(call, folio, 'finish', costs.finish);
    mark(call, folio, 'done');
    return 'ok';
  }
  if (before !== 'ok') {
    spend(call, folio, 'alloc', costs.alloc);
    mark(call, folio, 'listed');
    freeBuffers(folio);
    return before;
  }
  const wait = folio.kind === 'hugetlb' && folio.fate === 'writeback' ? 0 : waitFor(call, folio);
  // Without TTU_BATCH_FLUSH: every entry is flushed as it is cleared.
  const unmap = tryToMigrate(call, false, folio);
  if (folio.fate === 'pinned-pin') {
    spendAll(call, folio, [['alloc', costs.alloc], ...unmap]);
    mark(call, folio, 'listed');
    return 'EAGAIN';
  }
  printSets(call, folio);
  const moves = answerToMove(call, call.mode, folio) === 'ok';
  if (folio.kind !== 'hugetlb' && moves && wait === 0 && !call.cpuCopyIsCold) {
    // 6.1: unmap and move are one step, so the copy is spread over all of it. Where the cold start of the copy or a
    // wait comes between, they are not.
    yield* moveByCopy(call, folio, [['alloc', costs.alloc], ...unmap, 'unmapped']);
    return 'ok';
  }
  spend(call, folio, 'alloc', costs.alloc);
  if (wait > 0) sleep(call, folio, 'wait', wait);
  spendAll(call, folio, unmap);
  mark(call, folio, 'unmapped');
  const rc = yield* migrateFolioMove(call, call.mode, folio);
  if (rc !== 'ok') undo(call, folio);
  afterBatch(folio);
  return rc;
}

/** unmap_and_move() of 6.1, and unmap_and_move_hugetlb_folio(): one folio is unmapped, flushed, moved and remapped, or undone. */
import type { OracleCall, Part } from './oracleCall';
import { mark, printSets, sleep, spend, spendAll } from './oracleCall';
import type { OracleFolio } from './oracleFolio';
import { checkMove, coldCopy, moveByCopy, undo } from './oracleMove';
import type { Errno } from './oracleUnmap';
import { tryToMigrate, waitFor } from './oracleUnmap';
import type { Play } from './oracleWorld';

/**
 * `before`: what ends the attempt before the page tables are touched. The whole attempt is one step, so
 * its copy is spread over all of it; "unmap step of a migrating CPU (not 6.1's)" is taken to hold for
 * hugetlb folios too, which come from a pool of their own.
 */
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
    return before;
  }
  let parts: Part[] = [['alloc', costs.alloc]];
  const wait = folio.kind === 'hugetlb' && folio.fate === 'writeback' ? 0 : waitFor(call, folio);
  if (wait > 0) {
    spendAll(call, folio, parts);
    sleep(call, folio, 'wait', wait);
    parts = [];
  }
  // Without TTU_BATCH_FLUSH: every entry is flushed as it is cleared.
  parts.push(...tryToMigrate(call, false, folio));
  if (folio.fate === 'pinned-pin') {
    spendAll(call, folio, [...parts, 'listed']);
    return 'EAGAIN';
  }
  printSets(call, folio);
  parts.push('unmapped');
  if (folio.fate === 'pinned-get' || folio.fate === 'move-fails') {
    spendAll(call, folio, parts);
    const rc = checkMove(call, folio);
    undo(call, folio);
    return rc;
  }
  if (call.cpuCopyIsCold) {
    // The cold start of the copy comes between.
    spendAll(call, folio, parts);
    coldCopy(call);
    parts = [];
  }
  yield* moveByCopy(call, folio, parts);
  return 'ok';
}

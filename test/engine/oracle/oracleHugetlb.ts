/** migrate_hugetlbs(): hugetlb folios go first, one by one, in up to ten passes of whole attempts. */
import type { OracleCall } from './oracleCall';
import { mark, printSets, spend } from './oracleCall';
import type { OracleFolio } from './oracleFolio';
import { migrateFolioMove, undo } from './oracleMove';
import type { Errno } from './oracleUnmap';
import { fail, succeed, tryToMigrate } from './oracleUnmap';

const PASSES = 10;

export interface HugetlbOutcome {
  readonly failed: number;
  readonly outOfMemory: boolean;
}

export function migrateHugetlbs(call: OracleCall, list: readonly OracleFolio[]): HugetlbOutcome {
  const { stats } = call;
  let failed = 0;
  let left = list;
  for (let pass = 0; pass < PASSES && left.length > 0; pass++) {
    const again: OracleFolio[] = [];
    for (const folio of left) {
      const rc = unmapAndMoveHugetlbFolio(call, pass, folio);
      if (rc === 'ok') succeed(folio, stats);
      else if (rc === 'EAGAIN') again.push(folio);
      else fail(folio, stats);
      if (rc === 'EBUSY') failed++;
      if (rc === 'ENOMEM') {
        for (const waiting of again) fail(waiting, stats);
        return { failed, outOfMemory: true };
      }
    }
    left = again;
  }
  for (const folio of left) fail(folio, stats);
  return { failed: failed + left.length, outOfMemory: false };
}

function unmapAndMoveHugetlbFolio(call: OracleCall, pass: number, folio: OracleFolio): Errno {
  if (folio.fate === 'freed') {
    spend(call, folio, 'finish', call.costs.finish);
    mark(call, folio, 'done');
    return 'ok';
  }
  spend(call, folio, 'alloc', call.costs.alloc);
  const before = beforeUnmap(call, pass, folio);
  if (before !== 'ok') {
    mark(call, folio, 'listed');
    return before;
  }
  tryToMigrate(call, false, folio);
  if (folio.fate === 'pinned-pin') {
    mark(call, folio, 'listed');
    return 'EAGAIN';
  }
  printSets(call, folio);
  mark(call, folio, 'unmapped');
  const rc = migrateFolioMove(call, folio);
  if (rc !== 'ok') undo(call, folio);
  return rc;
}

/** What ends an attempt before the page tables are touched. The lock is waited for in SYNC from the fourth pass on; writeback is not looked at. */
function beforeUnmap(call: OracleCall, pass: number, folio: OracleFolio): Errno {
  if (folio.fate === 'no-destination' || folio.fate === 'no-destination-split-fails') return 'ENOMEM';
  if (folio.fate === 'locked' && !(pass > 2 && call.mode === 'MIGRATE_SYNC')) return 'EAGAIN';
  return folio.fate === 'unmovable' ? 'EBUSY' : 'ok';
}

/** migrate_hugetlbs(): hugetlb folios go first, one by one, in up to ten passes of whole attempts. */
import type { OracleCall } from './oracleCall';
import type { OracleFolio } from './oracleFolio';
import { wantsMemory } from './oracleFolio';
import type { Errno } from './oracleUnmap';
import { fail, succeed } from './oracleUnmap';
import { wholeAttempt } from './oracleWholeAttempts';
import type { Play } from './oracleWorld';

const PASSES = 10;

export interface HugetlbOutcome {
  readonly failed: number;
  readonly outOfMemory: boolean;
}

export function* migrateHugetlbs(call: OracleCall, list: readonly OracleFolio[]): Play<HugetlbOutcome> {
  const { stats } = call;
  let failed = 0;
  let left = list;
  for (let pass = 0; pass < PASSES && left.length > 0; pass++) {
    const again: OracleFolio[] = [];
    for (const folio of left) {
      const rc = yield* wholeAttempt(call, folio, beforeUnmap(call, pass, folio));
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

/** What ends an attempt before the page tables are touched. The lock is waited for in SYNC from the fourth pass on; writeback is not looked at. */
function beforeUnmap(call: OracleCall, pass: number, folio: OracleFolio): Errno {
  if (wantsMemory(folio)) return 'ENOMEM';
  if (folio.fate === 'locked' && !(pass > 2 && call.mode === 'MIGRATE_SYNC')) return 'EAGAIN';
  return folio.fate === 'unmovable' ? 'EBUSY' : 'ok';
}

/** Phases C and D of migrate_pages_batch(): unmapped folios are moved, in passes; what is left is undone. */
import type { OracleCall } from './oracleCall';
import { mark, offloads, printRemoves, spend } from './oracleCall';
import type { OracleFolio } from './oracleFolio';
import type { BatchTask, Errno } from './oracleUnmap';
import { fail, succeed } from './oracleUnmap';

/** The ordinary loop over `list`, which it empties. Returns how many folios failed. */
export function movePasses(call: OracleCall, task: BatchTask, list: OracleFolio[]): number {
  let failed = 0;
  let left = list;
  for (let pass = 0; pass < task.passes && left.length > 0; pass++) {
    const again: OracleFolio[] = [];
    for (const folio of left) {
      const rc = migrateFolioMove(call, folio);
      if (rc === 'ok') succeed(folio, task.stats);
      else if (rc === 'EAGAIN') again.push(folio);
      else {
        failed++;
        giveUp(call, task, folio);
      }
    }
    left = again;
  }
  for (const folio of left) giveUp(call, task, folio);
  return failed + left.length;
}

/** The folio gets its old entries back and leaves the batch. */
export function giveUp(call: OracleCall, task: BatchTask, folio: OracleFolio): void {
  undo(call, folio);
  fail(folio, task.stats);
  task.ret.push(folio);
}

export function undo(call: OracleCall, folio: OracleFolio): void {
  spend(call, folio, 'undo', call.costs.undo);
  spend(call, folio, 'remap', call.costs.remap(folio));
  printRemoves(call, folio);
  mark(call, folio, 'restored');
}

/** Models migrate_folio_move(): the mapping and the copy in the kernel's order, then the remap. */
export function migrateFolioMove(call: OracleCall, folio: OracleFolio): Errno {
  const rc = checkMove(call, folio);
  if (rc !== 'ok') return rc;
  coldCopy(call);
  const { costs } = call;
  const mappingFirst = call.config.kernel === '6.1' || call.config.kernel === '6.8';
  if (mappingFirst) spend(call, folio, 'switch', costs.switchInterleaved);
  spend(call, folio, 'copy', costs.copy(folio, costs.resident));
  mark(call, folio, 'copied');
  if (!mappingFirst) spend(call, folio, 'switch', costs.switchInterleaved);
  if (offloads(call)) call.dma.fallbackFolios++;
  removeMigrationPtes(call, folio);
  return 'ok';
}

/** The reference check, and the errors that no retry mends. */
export function checkMove(call: OracleCall, folio: OracleFolio): Errno {
  if (folio.fate === 'move-fails') return 'EBUSY';
  if (folio.fate !== 'pinned-get') return 'ok';
  spend(call, folio, 'retry', call.costs.retry);
  return 'EAGAIN';
}

export function removeMigrationPtes(call: OracleCall, folio: OracleFolio): void {
  spend(call, folio, 'remap', call.costs.remap(folio));
  printRemoves(call, folio);
  spend(call, folio, 'finish', call.costs.finish);
  mark(call, folio, 'done');
}

/** Once a call, before its first copy by a CPU. */
export function coldCopy(call: OracleCall): void {
  if (call.cpuCopyIsCold) spend(call, null, 'copy', call.costs.copyCold);
  call.cpuCopyIsCold = false;
}

/** Phases C and D of migrate_pages_batch(): unmapped folios are moved, in passes; what is left is undone. */
import type { OracleCall, Part } from './oracleCall';
import { mark, printRemoves, share, spend, spendAll } from './oracleCall';
import { offloads, precopies } from './oracleConfig';
import type { OracleFolio } from './oracleFolio';
import type { BatchTask, Errno } from './oracleUnmap';
import { fail, succeed } from './oracleUnmap';
import type { Play } from './oracleWorld';

/** The ordinary loop over `list`. Returns how many folios failed. */
export function* movePasses(call: OracleCall, task: BatchTask, list: readonly OracleFolio[]): Play<number> {
  let failed = 0;
  let left = list;
  for (let pass = 0; pass < task.passes && left.length > 0; pass++) {
    const again: OracleFolio[] = [];
    for (const folio of left) {
      const rc = yield* migrateFolioMove(call, folio);
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
  // Its content had been brought over for nothing.
  if (call.copied.delete(folio)) call.hardware.account.wastedCopies++;
}

/** Models migrate_folio_move(): the mapping and the copy in the kernel's order, then the remap. */
export function* migrateFolioMove(call: OracleCall, folio: OracleFolio): Play<Errno> {
  const rc = checkMove(call, folio);
  if (rc !== 'ok') return rc;
  if (call.copied.has(folio)) {
    // No copy by this CPU comes between mapping and mapping.
    spendAll(call, folio, [['switch', call.costs.switchBatched], ...remapParts(call, folio)]);
    remapped(call, folio);
    return 'ok';
  }
  coldCopy(call);
  yield* moveByCopy(call, folio, []);
  return 'ok';
}

/** `before`: what the folio goes through first, in the same step. */
export function* moveByCopy(call: OracleCall, folio: OracleFolio, before: readonly Part[]): Play<void> {
  const { costs } = call;
  const mappingFirst = call.config.kernel === '6.1' || call.config.kernel === '6.8';
  const change: Part = ['switch', costs.switchInterleaved];
  const copy: Part[] = [['copy', costs.copy(folio, costs.resident)], 'copied'];
  const order = mappingFirst ? [change, ...copy] : [...copy, change];
  yield* share(
    call,
    folio,
    [...before, ...order, ...remapParts(call, folio)],
    copyDemand(call, folio, 'copy'),
  );
  if (offloads(call.config)) call.hardware.account.fallbackFolios++;
  remapped(call, folio);
}

/** A copy by this CPU, for `share`. One out of the cache crosses nothing. */
export function copyDemand(call: OracleCall, folio: OracleFolio, grows: 'copy' | 'recopy') {
  const fromCache = grows === 'copy' && call.costs.resident;
  const crosses = fromCache ? [] : call.hardware.crossedByCpu(call.cpu, folio);
  return { grows, amount: folio.pages * 4096, crosses };
}

/** The reference check, and the errors that no retry mends. */
export function checkMove(call: OracleCall, folio: OracleFolio): Errno {
  if (folio.fate === 'move-fails') return 'EBUSY';
  if (folio.fate !== 'pinned-get') return 'ok';
  spend(call, folio, 'retry', call.costs.retry);
  // v6 and what follows it use the marker up at the first attempt; v4's "already copied" holds for all passes.
  if (precopies(call.config) && call.config.path !== 'precopy-v4' && call.copied.delete(folio)) {
    call.hardware.account.wastedCopies++;
  }
  return 'EAGAIN';
}

export function removeMigrationPtes(call: OracleCall, folio: OracleFolio): void {
  spendAll(call, folio, remapParts(call, folio));
  remapped(call, folio);
}

function remapParts(call: OracleCall, folio: OracleFolio): Part[] {
  return [['remap', call.costs.remap(folio)], ['finish', call.costs.finish], 'done'];
}

function remapped(call: OracleCall, folio: OracleFolio): void {
  printRemoves(call, folio);
  const isCold = call.copied.delete(folio) && !call.recopied.has(folio);
  if (!isCold || !call.config.coldCache) return;
  call.hardware.account.coldTouch += folio.pages * call.costs.coldTouch;
}

/** Once a call, before its first copy by a CPU. */
export function coldCopy(call: OracleCall): void {
  if (call.cpuCopyIsCold) spend(call, null, 'copy', call.costs.copyCold);
  call.cpuCopyIsCold = false;
}

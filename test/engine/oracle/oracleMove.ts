/** Phases C and D of migrate_pages_batch(): unmapped folios are moved, in passes; what is left is undone. */
import type { OracleCall, Part } from './oracleCall';
import type { MigrateMode } from '../../../src/engine/kernel/modes';
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
      const rc = yield* migrateFolioMove(call, task.mode, folio);
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
  afterBatch(folio);
  fail(folio, task.stats);
  task.ret.push(folio);
}

export function undo(call: OracleCall, folio: OracleFolio): void {
  spend(call, folio, 'undo', call.costs.undo);
  if (!folio.isGivenBack) {
    spend(call, folio, 'remap', call.costs.remap(folio));
    printRemoves(call, folio);
    mark(call, folio, 'restored');
  }
  // Its content had been brought over for nothing.
  if (call.copied.delete(folio)) call.hardware.account.wastedCopies++;
  call.recopied.delete(folio);
}

/** A folio that was written out is clean when it is unmapped the next time. */
export function afterBatch(folio: OracleFolio): void {
  if (folio.isGivenBack) folio.fate = 'movable';
  folio.isGivenBack = false;
}

/** Models migrate_folio_move(): the mapping and the copy in the kernel's order, then the remap. */
export function* migrateFolioMove(call: OracleCall, mode: MigrateMode, folio: OracleFolio): Play<Errno> {
  const rc = checkMove(call, mode, folio);
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
export function checkMove(call: OracleCall, mode: MigrateMode, folio: OracleFolio): Errno {
  const rc = answerToMove(call, mode, folio);
  if (rc !== 'EAGAIN') return rc;
  if (folio.fate === 'dirty' && !folio.isGivenBack) {
    writeOut(call, folio);
    return rc;
  }
  spend(call, folio, 'retry', call.costs.retry);
  // v6 and what follows it use the marker up at the first attempt; v4's "already copied" holds for all passes.
  if (precopies(call.config) && call.config.path !== 'precopy-v4' && call.copied.delete(folio)) {
    call.hardware.account.wastedCopies++;
    mark(call, folio, 'uncopied');
  }
  // A late reference is seen by every check from now on; a brief one is gone.
  if (folio.fate === 'pinned-late') folio.fate = 'pinned-get';
  if (folio.fate === 'pinned-briefly') folio.fate = 'movable';
  return rc;
}

/** What migrate_folio_move() answers for the folio as it is now. */
export function answerToMove(call: OracleCall, mode: MigrateMode, folio: OracleFolio): Errno {
  const { fate } = folio;
  if (fate === 'move-fails' || fate === 'unsupported-mapping') return 'EBUSY';
  if (fate === 'pinned-get' || fate === 'pinned-late' || fate === 'pinned-briefly') return 'EAGAIN';
  // hugetlbfs can move its folios dirty.
  if (fate !== 'dirty' || folio.kind === 'hugetlb') return 'ok';
  if (folio.isGivenBack) return 'EAGAIN';
  return mode === 'MIGRATE_SYNC' && call.config.kernel !== '7.2' ? 'EAGAIN' : 'EBUSY';
}

/** Models writeout(): the entries are put back, then the caller sleeps until the folio is written. In no page table it stays as it is. */
function writeOut(call: OracleCall, folio: OracleFolio): void {
  const isMapped = folio.mapping !== 'none';
  if (isMapped) spendAll(call, folio, [['remap', call.costs.remap(folio)], 'restored']);
  printRemoves(call, folio);
  spend(call, folio, 'wait', call.costs.writebackWait);
  call.slept += call.costs.writebackWait;
  if (isMapped) folio.isGivenBack = true;
  else folio.fate = 'movable';
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

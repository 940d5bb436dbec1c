/** RFC v1, patches 3 to 5: the mappings of a whole batch, one pass over the contents, then the remaps. */
import type { OracleCall } from './oracleCall';
import { mark, offloads, spend } from './oracleCall';
import type { OracleFolio } from './oracleFolio';
import { checkMove, coldCopy, giveUp, removeMigrationPtes } from './oracleMove';
import type { BatchTask } from './oracleUnmap';
import { succeed } from './oracleUnmap';

export interface BatchMoveOutcome {
  /** What the ordinary loop must take, in list order. */
  readonly left: OracleFolio[];
  readonly failed: number;
}

/** Models migrate_folios_batch_move(). Its attempt is not one of the passes. */
export function migrateFoliosBatchMove(
  call: OracleCall,
  task: BatchTask,
  unmapped: readonly OracleFolio[],
): BatchMoveOutcome {
  const byDma = offloads(call) && call.dma.present;
  const left: OracleFolio[] = [];
  const switched: OracleFolio[] = [];
  let failed = 0;
  for (const folio of unmapped) {
    if (byDma && (folio.order > 0 || folio.kind === 'hugetlb')) {
      left.push(folio);
      continue;
    }
    const rc = checkMove(call, folio);
    if (rc === 'ok') {
      spend(call, folio, 'switch', call.costs.switchBatched);
      switched.push(folio);
    } else if (rc === 'EAGAIN') {
      left.push(folio);
    } else {
      failed++;
      giveUp(call, task, folio);
    }
  }
  if (switched.length > 0) {
    if (byDma) copyByDma(call, switched);
    else copyByCpu(call, switched);
  }
  for (const folio of switched) {
    removeMigrationPtes(call, folio);
    succeed(folio, task.stats);
  }
  return { left, failed };
}

/** folios_copy() over the list. */
function copyByCpu(call: OracleCall, folios: readonly OracleFolio[]): void {
  if (offloads(call)) {
    call.dma.refusedBatches++;
    call.dma.fallbackFolios += folios.length;
  }
  coldCopy(call);
  for (const folio of folios) {
    spend(call, folio, 'copy', call.costs.copy(folio, call.costs.resident) + call.costs.batchCopyFolio);
    mark(call, folio, 'copied');
  }
}

/** dcbm of v1: folio by folio on one channel, polled for; then its error path copies all again by the CPU. */
function copyByDma(call: OracleCall, folios: readonly OracleFolio[]): void {
  const { costs, dma } = call;
  spend(call, null, 'dmaWait', Math.max(0, dma.freeAt - call.now));
  if (call.dmaIsCold) spend(call, null, 'copy', costs.dmaCold);
  call.dmaIsCold = false;
  for (const folio of folios) {
    const wait = costs.dmaWait(folio);
    spend(call, folio, 'dmaMap', costs.dmaMap);
    spend(call, folio, 'dmaSubmit', costs.dmaSubmit);
    spend(call, folio, 'dmaWait', wait);
    mark(call, folio, 'copied');
    spend(call, folio, 'dmaUnmap', costs.dmaUnmap);
    dma.busy += wait;
    dma.descriptors++;
    dma.bytes += folio.pages * 4096;
  }
  dma.freeAt = call.now;
  for (const folio of folios) {
    // Not the cold first copy of the CPU (that is within dmaCold), and from memory: the engine has written the lines.
    spend(call, folio, 'recopy', costs.copy(folio, false) + costs.batchCopyFolio);
    mark(call, folio, 'copied');
  }
}

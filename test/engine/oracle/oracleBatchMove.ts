/** RFC v1 to v3: the mappings of a whole batch, one pass over the contents, by whatever the design has, then the remaps. */
import type { OracleCall } from './oracleCall';
import { mark, meet, share, sleep, spend } from './oracleCall';
import { offloads } from './oracleConfig';
import { startThread } from './oracleEngine';
import type { OracleFolio } from './oracleFolio';
import { checkMove, coldCopy, copyDemand, giveUp, removeMigrationPtes } from './oracleMove';
import { failed, faultOf, offload } from './oracleOffload';
import type { BatchTask } from './oracleUnmap';
import { succeed } from './oracleUnmap';
import type { Play } from './oracleWorld';

/** ps: dma_sync_wait() gives up after 5 s. */
const POLL_TIMEOUT = 5_000 * 1_000_000_000;

export interface BatchMoveOutcome {
  /** What the ordinary loop must take, in list order. */
  readonly left: OracleFolio[];
  readonly failed: number;
}

/** v1 copies batches in ASYNC only, v2 and v3 in every mode. */
export function movesBatches(call: OracleCall, task: BatchTask): boolean {
  const { path } = call.config;
  if (path === 'batch-cpu' || path === 'dcbm-v1') return task.mode === 'MIGRATE_ASYNC';
  return path === 'threads' || path === 'dcbm-v2' || path === 'dcbm-v3';
}

/** Models migrate_folios_batch_move(). Its attempt is not one of the passes. */
export function* migrateFoliosBatchMove(
  call: OracleCall,
  task: BatchTask,
  unmapped: readonly OracleFolio[],
): Play<BatchMoveOutcome> {
  const left: OracleFolio[] = [];
  const switched: OracleFolio[] = [];
  let failures = 0;
  if (call.config.path === 'dcbm-v1') yield* meet(call);
  for (const folio of unmapped) {
    // dcbm of v1: no large folios, none with private data. On a machine without a channel it is not there.
    const isRefused = folio.order > 0 || folio.kind === 'file-private';
    if (call.config.path === 'dcbm-v1' && call.hardware.channels.length > 0 && isRefused) {
      left.push(folio);
      continue;
    }
    // A move without copy counts as SYNC, whatever the mode of the batch.
    const rc = checkMove(call, 'MIGRATE_SYNC', folio);
    if (rc === 'ok') {
      spend(call, folio, 'switch', call.costs.switchBatched);
      switched.push(folio);
    } else if (rc === 'EAGAIN') {
      left.push(folio);
    } else {
      failures++;
      giveUp(call, task, folio);
    }
  }
  if (switched.length > 0) yield* copyBatch(call, task, switched);
  for (const folio of switched) {
    removeMigrationPtes(call, folio);
    succeed(folio, task.stats);
  }
  return { left, failed: failures };
}

function* copyBatch(call: OracleCall, task: BatchTask, list: readonly OracleFolio[]): Play<void> {
  const { path } = call.config;
  if (path === 'batch-cpu') yield* copyByCpu(call, list);
  else if (path === 'dcbm-v1') yield* copyByPolledChannel(call, list);
  else if (path === 'threads') yield* copyByThreads(call, list);
  else if (!(yield* offload(call, list))) {
    yield* copyByCpu(call, list);
    if (path === 'dcbm-v3') return;
    // v2 counts the pages of each folio that it copies again, and once more when it is finished; no THP is counted twice.
    for (const folio of list) task.stats.nr_succeeded += folio.pages;
  }
}

/** folios_copy() over the list. */
function* copyByCpu(call: OracleCall, list: readonly OracleFolio[]): Play<void> {
  const { costs, hardware, config } = call;
  if (offloads(config)) hardware.account.fallbackFolios += list.length;
  coldCopy(call);
  for (const folio of list) {
    const duration = costs.copy(folio, costs.resident) + costs.batchCopyFolio;
    yield* share(call, folio, [['copy', duration], 'copied'], copyDemand(call, folio, 'copy'));
  }
}

function hasPolledChannel({ hardware: { channels } }: OracleCall): boolean {
  return channels[0] !== undefined && !channels[0].isLost;
}

/** dcbm of v1: folio by folio on channel 0, polled for; then its error path copies all again by the CPU. */
function* copyByPolledChannel(call: OracleCall, list: readonly OracleFolio[]): Play<void> {
  const { costs, hardware, config } = call;
  const { account } = hardware;
  yield* meet(call);
  const fault = faultOf(config.faults, hardware.attempts++);
  if (fault === 'no-channel' || !hasPolledChannel(call)) {
    account.refusedBatches++;
    failed(call, list, 'no-channel');
    yield* copyByCpu(call, list);
    return;
  }
  if (call.dmaIsCold) spend(call, null, 'copy', costs.dmaCold);
  call.dmaIsCold = false;
  const done = fault === null ? list : list.slice(0, Math.floor(list.length / 2));
  for (const folio of done) {
    const wait = costs.dmaWait(folio);
    yield* share(
      call,
      folio,
      [
        ['dmaMap', costs.dmaMap(folio)],
        ['dmaSubmit', costs.dmaSubmit],
        ['dmaWait', wait],
        'copied',
        ['dmaUnmap', costs.dmaUnmap(folio)],
      ],
      { grows: 'dmaWait', amount: wait, crosses: [hardware.polled] },
    );
    // Its own time in the engine: what it waits for others is theirs.
    account.busy[0] = (account.busy[0] ?? 0) + wait;
    account.descriptors++;
    account.bytes += folio.pages * 4096;
  }
  if (fault === 'timeout') spend(call, null, 'dmaWait', POLL_TIMEOUT);
  if (fault === null) account.foliosMigrated += list.length;
  else {
    yield* meet(call);
    if (fault === 'channel-lost') for (const channel of hardware.channels.slice(0, 1)) channel.isLost = true;
    failed(call, list, fault);
    // What no engine has copied is copied by the CPU alone.
    account.fallbackFolios += list.length - done.length;
  }
  for (const folio of list) {
    // Not the cold first copy of the CPU (that is within dmaCold), and from memory: the engine has written the lines.
    const duration = costs.copy(folio, false) + costs.batchCopyFolio;
    yield* share(call, folio, [['recopy', duration], 'copied'], copyDemand(call, folio, 'recopy'));
  }
}

/** mtcopy: a contiguous run of folios for each thread, or a slice of every folio where there are fewer folios. */
function* copyByThreads(call: OracleCall, list: readonly OracleFolio[]): Play<void> {
  const { costs, hardware, config } = call;
  const { threads } = config;
  const slices = list.length < threads ? threads : 1;
  const slicesLeft = new Map(list.map((folio) => [folio, slices]));
  const workOn = (folio: OracleFolio) => ({
    folio,
    isLast: () => {
      const left = (slicesLeft.get(folio) ?? 0) - 1;
      slicesLeft.set(folio, left);
      return left === 0;
    },
  });
  const started = [];
  for (let i = 0; i < threads; i++) {
    spend(call, null, 'dmaSubmit', costs.workQueue);
    const cut = (at: number) => Math.floor((list.length * at) / threads);
    const own = slices > 1 ? list : list.slice(cut(i), cut(i + 1));
    started.push(startThread(call, i, slices, own.map(workOn), call.now + costs.workStart));
  }
  let done = call.now;
  for (const thread of started) {
    yield () => thread.endedAt;
    done = Math.max(done, thread.endedAt);
  }
  const slept = done - call.now;
  sleep(call, null, 'dmaWait', slept);
  hardware.account.slept += slept;
  spend(call, null, 'dmaWait', costs.wakeup);
  for (const folio of list) mark(call, folio, 'copied');
}

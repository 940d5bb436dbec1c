/** v4, v6, and the designs nobody has posted: contents are copied right after the flush, or while still mapped. */
import type { OracleCall } from './oracleCall';
import { mark, meet, share } from './oracleCall';
import { precopies } from './oracleConfig';
import { divide } from './oracleDivide';
import type { OracleFolio } from './oracleFolio';
import { wantsMemory } from './oracleFolio';
import { coldCopy, copyDemand } from './oracleMove';
import type { Attempt } from './oracleOffload';
import { complete, offload, submit } from './oracleOffload';
import type { BatchTask } from './oracleUnmap';
import { allocate, splitsFirst } from './oracleUnmap';
import type { Play } from './oracleWorld';

/** Does the design look at this batch at all? Wanted reasons only. */
export function looksAt(call: OracleCall): boolean {
  const { config, reason } = call;
  if (!precopies(config)) return false;
  return config.reasons === 'all' || (reason !== null && config.reasons.includes(reason));
}

/** movable_ops pages have a callback of their own; v6 and later leave out what has extra references already. */
function isEligible(call: OracleCall, { kind, fate }: OracleFolio): boolean {
  if (kind === 'movable' || kind === 'hugetlb') return false;
  return call.config.path === 'precopy-v4' || fate !== 'pinned-get';
}

/** The batch list, then the single list: each pass goes over them in this order. */
export function twoLists(
  call: OracleCall,
  unmapped: readonly OracleFolio[],
): { readonly batch: OracleFolio[]; readonly all: OracleFolio[] } {
  const batch = unmapped.filter((folio) => isEligible(call, folio));
  return { batch, all: [...batch, ...unmapped.filter((folio) => !isEligible(call, folio))] };
}

/** v4, v6 and adaptive, and tries alone and parts of split folios in async and speculative: the copy of the batch list, before any mapping moves. */
export function* precopyBatch(call: OracleCall, batch: readonly OracleFolio[]): Play<void> {
  if (yield* isWorthIt(call, batch)) yield* offload(call, batch);
}

/** async: the batch list is submitted; null: nothing runs. */
export function* submitBatch(call: OracleCall, batch: readonly OracleFolio[]): Play<Attempt | null> {
  return (yield* isWorthIt(call, batch)) ? yield* submit(call, batch, true) : null;
}

function* isWorthIt(call: OracleCall, batch: readonly OracleFolio[]): Play<boolean> {
  if (batch.length === 0 || batch.length < call.config.minBatch) return false;
  if (call.config.path !== 'adaptive') return true;
  yield* meet(call);
  if (isFasterByEngine(call, batch)) return true;
  call.hardware.account.declinedBatches++;
  return false;
}

/** The prediction of `adaptive`, on the channels that are free. With none it is left to the CPU. */
function isFasterByEngine(call: OracleCall, batch: readonly OracleFolio[]): boolean {
  const { costs, config, hardware } = call;
  const sum = (of: (folio: OracleFolio) => number, list = batch) =>
    list.reduce((total, folio) => total + of(folio), 0);
  const channels = hardware.free().slice(0, Math.min(config.channels, batch.length, 16));
  if (channels.length === 0) return false;
  const shares = divide(batch, channels.length, config.divider);
  const used = shares.filter((share_) => share_.length > 0).length;
  const slowest = Math.max(
    ...shares.map((share_, i) => sum((folio) => costs.engineCopy(folio, channels[i]?.inFlight ?? 1), share_)),
  );
  const transfer = Math.max(slowest, sum((folio) => folio.pages * 4096) / costs.engineLink);
  const byEngine =
    channels.length * costs.channelSetup +
    used * (costs.channelIssue + costs.iotlbFlush) +
    sum((folio) => costs.sgMap(folio) + costs.sgSubmit + costs.sgUnmap(folio)) +
    transfer +
    (config.completion === 'poll' ? costs.pollCheck : costs.wakeup);
  const byCpu = sum((folio) => costs.copy(folio, costs.resident));
  return byEngine < byCpu;
}

/** speculative: the folios that v6 would offload are copied while they are still mapped. Answers for how long they may be written, s; 0 where nothing was copied. */
export function* copyWhileMapped(call: OracleCall, task: BatchTask): Play<number> {
  const batch = willBeUnmapped(call, task).filter((folio) => isEligible(call, folio));
  if (batch.length === 0 || batch.length < call.config.minBatch) return 0;
  for (const folio of batch) {
    yield* allocate(call, folio, []);
    mark(call, folio, 'listed');
    call.prepared.add(folio);
  }
  const attempt = yield* submit(call, batch, false);
  if (attempt === null || !(yield* complete(call, attempt))) return 0;
  return (attempt.releasedAt - attempt.issuedAt) / 1e12;
}

/** Copies of folios that the batch did not come to, for want of a destination, are wasted. */
export function dropCopies(call: OracleCall, task: BatchTask): void {
  for (const folio of task.from) {
    call.prepared.delete(folio);
    if (call.copied.delete(folio)) call.hardware.account.wastedCopies++;
  }
}

/** What was written meanwhile, of the copied folios that were unmapped, is copied by the CPU: a pass of its own. */
export function* copyAgain(call: OracleCall, unmapped: readonly OracleFolio[], seconds: number): Play<void> {
  const copied = unmapped.filter((folio) => call.copied.has(folio));
  const count = Math.round(copied.length * (1 - Math.exp(-call.config.writeRate * seconds)));
  call.hardware.account.rewrittenFolios += count;
  if (count > 0) coldCopy(call);
  for (const folio of copied.slice(0, count)) {
    const duration = call.costs.copy(folio, false) + call.costs.batchCopyFolio;
    yield* share(call, folio, [['recopy', duration], 'copied'], copyDemand(call, folio, 'recopy'));
    call.recopied.add(folio);
  }
}

/** The folios of an ASYNC batch that no fate keeps from being unmapped: their destinations come first, before one that is not to be had ends the batch. */
function willBeUnmapped(call: OracleCall, task: BatchTask): OracleFolio[] {
  const found: OracleFolio[] = [];
  for (const folio of task.from) {
    if (splitsFirst(call, task, folio)) continue;
    if (!wantsMemory(folio) && !STAYS_MAPPED.has(folio.fate)) found.push(folio);
  }
  return found;
}

const STAYS_MAPPED: ReadonlySet<OracleFolio['fate']> = new Set([
  'freed',
  'pinned-pin',
  'locked',
  'writeback',
  'unmovable',
  'orphaned-buffers',
]);

/** Scatter-list offload of dcbm v2 and later: docs/MODEL.md, "Scatter-list offload" and "Failures of an engine". */
import type { FaultPlan, FaultStage } from '../../../src/engine/sim/run';
import type { OracleCall } from './oracleCall';
import { mark, meet, sleep, spend } from './oracleCall';
import { divide, takeChunk } from './oracleDivide';
import type { ChannelWork } from './oracleEngine';
import { startHanging, startList, startStealing } from './oracleEngine';
import type { OracleFolio } from './oracleFolio';
import type { OracleChannel } from './oracleHardware';
import type { Play } from './oracleWorld';

const MOST_CHANNELS = 16;
/** ps: 10 s per channel (dcbm). */
const TIMEOUT = 10_000 * 1_000_000_000;
/** Stages that end an attempt before anything is issued. */
const BEFORE_ISSUE: ReadonlySet<FaultStage> = new Set(['map-error', 'unequal-segments', 'submit-error']);

/** A batch that engines are at. */
export interface Attempt {
  readonly list: readonly OracleFolio[];
  readonly channels: readonly OracleChannel[];
  /** rounds[r][i]: what channel i has in round r. */
  readonly rounds: readonly (readonly (readonly OracleFolio[])[])[];
  readonly fault: FaultStage | null;
  /** Place of the channel that fails, among `channels`. */
  readonly failing: number;
  /** Under way: the round that was submitted last. */
  works: ChannelWork[];
  /** When the first issue began, ps. */
  issuedAt: number;
  abortedAt: number;
}

/** From the request to the release. Whether the engines copied all. */
export function* offload(call: OracleCall, list: readonly OracleFolio[]): Play<boolean> {
  const attempt = yield* submit(call, list);
  return attempt !== null && (yield* complete(call, attempt));
}

/** Request, and steps 1 and 2 of the first round; null: the batch is refused, or fails before the issue. */
export function* submit(call: OracleCall, list: readonly OracleFolio[]): Play<Attempt | null> {
  const { hardware, config } = call;
  const { account } = hardware;
  yield* meet(call);
  const number = hardware.attempts++;
  const planned = faultOf(config.faults, number);
  const wanted = Math.min(config.channels, list.length, MOST_CHANNELS);
  const channels = planned === 'no-channel' ? [] : hardware.free(call).slice(0, wanted);
  if (channels.length === 0) {
    account.refusedBatches++;
    failed(call, list, 'no-channel');
    return null;
  }
  const shares = divide(list, channels.length, config.divider);
  // By bytes a share can be empty: its channel is not taken.
  const used = channels.filter((_, i) => (shares[i] ?? []).length > 0);
  const filled = shares.filter((share) => share.length > 0);
  for (const channel of used) channel.holder = call;
  const attempt: Attempt = {
    list,
    channels: used,
    rounds: roundsOf(filled, used),
    fault: planned,
    failing: number % used.length,
    works: [],
    issuedAt: NaN,
    abortedAt: Infinity,
  };
  if (planned !== null && BEFORE_ISSUE.has(planned)) {
    yield* failBeforeIssue(call, attempt, planned);
    return null;
  }
  submitRound(call, attempt, 0);
  return attempt;
}

/** Steps 3 and 4, and the further rounds. Whether the engines copied all. */
export function* complete(call: OracleCall, attempt: Attempt): Play<boolean> {
  const { list, rounds, fault } = attempt;
  const { account } = call.hardware;
  for (let round = 0; round < rounds.length; round++) {
    if (round > 0) submitRound(call, attempt, round);
    if (fault === 'timeout') yield* waitInVain(call, attempt);
    else yield* waitForAll(call, attempt);
    countInterrupts(call, attempt);
    release(call, (rounds[round] ?? []).flat(), attempt.works.length);
    if (fault === null) continue;
    const channel = attempt.channels[attempt.failing];
    if (fault === 'channel-lost' && channel !== undefined) channel.isLost = true;
    yield* giveBack(call, attempt.channels);
    failed(call, list, fault);
    return false;
  }
  yield* giveBack(call, attempt.channels);
  account.foliosMigrated += list.length;
  for (const folio of list) call.copied.add(folio);
  return true;
}

/** async holds its channels to the end of the call. */
function* giveBack(call: OracleCall, channels: readonly OracleChannel[]): Play<void> {
  if (call.config.path === 'async') return;
  yield* meet(call);
  for (const channel of channels) channel.holder = null;
}

/** At the end of a call: what it still holds. */
export function* giveBackAll(call: OracleCall): Play<void> {
  const held = call.hardware.channels.filter(({ holder }) => holder === call);
  if (held.length === 0) return;
  yield* meet(call);
  for (const channel of held) channel.holder = null;
}

/** The first plan that names the attempt. */
export function faultOf(faults: readonly FaultPlan[], attempt: number): FaultStage | null {
  const plan = faults.find(
    ({ first, every }) =>
      attempt === first || (every > 0 && attempt > first && (attempt - first) % every === 0),
  );
  return plan?.stage ?? null;
}

export function failed(call: OracleCall, list: readonly OracleFolio[], stage: FaultStage): void {
  const { account } = call.hardware;
  account.failures[stage]++;
  account.foliosFailures += list.length;
  for (const folio of list) mark(call, folio, 'uncopied');
}

function roundsOf(
  shares: readonly (readonly OracleFolio[])[],
  channels: readonly OracleChannel[],
): OracleFolio[][][] {
  const rounds: OracleFolio[][][] = [];
  for (let round = 0; ; round++) {
    const parts = shares.map((share, i) => {
      const depth = channels[i]?.queueDepth ?? Infinity;
      return depth === Infinity
        ? round === 0
          ? [...share]
          : []
        : share.slice(round * depth, (round + 1) * depth);
    });
    if (parts.every((part) => part.length === 0)) return rounds;
    rounds.push(parts);
  }
}

/** Steps 1 and 2. */
function submitRound(call: OracleCall, attempt: Attempt, round: number): void {
  const { costs, config } = call;
  const parts = attempt.rounds[round] ?? [];
  parts.forEach((part) => {
    if (round === 0) spend(call, null, 'dmaSubmit', costs.channelSetup);
    for (const folio of part) {
      mapFolio(call, folio);
      submitFolio(call, folio);
    }
  });
  if (round === 0) attempt.issuedAt = call.now;
  attempt.works = [];
  // Chunks are taken from the folios of the round.
  const left = parts.flat();
  const c = attempt.channels.length;
  attempt.channels.forEach((channel, i) => {
    const part = parts[i] ?? [];
    if (part.length === 0) return;
    spend(call, null, 'dmaSubmit', costs.channelIssue);
    const fails = round === 0 && i === attempt.failing;
    const stops = fails && attempt.fault === 'channel-lost';
    const steals = config.divider === 'stealing';
    attempt.works.push(
      fails && attempt.fault === 'timeout'
        ? startHanging(
            call,
            channel,
            call.now,
            () => attempt.abortedAt,
            // It takes its first chunk with it.
            () => {
              if (steals) takeChunk(left, c);
            },
          )
        : steals
          ? startStealing(call, channel, left, c, call.now, stops)
          : startList(call, channel, stops ? part.slice(0, Math.floor(part.length / 2)) : part, call.now),
    );
  });
}

/** Step 3: asleep, or spinning, until the last channel is done. */
function* waitForAll(call: OracleCall, { works }: Attempt): Play<void> {
  let done = call.now;
  for (const { process } of works) {
    yield () => process.endedAt;
    done = Math.max(done, process.endedAt);
  }
  // The caller pays for waking up, or for seeing it, also where all was done when it came to wait (async).
  awaitDone(call, done - call.now, true);
}

/** The waits are in channel order: 10 s after the channels before the failing one are done. */
function* waitInVain(call: OracleCall, attempt: Attempt): Play<void> {
  let done = call.now;
  for (const { process, channel } of attempt.works) {
    if (channel === attempt.channels[attempt.failing]) break;
    yield () => process.endedAt;
    done = Math.max(done, process.endedAt);
  }
  awaitDone(call, done + TIMEOUT - call.now, false);
  spend(call, null, 'dmaUnmap', call.costs.channelAbort);
  attempt.abortedAt = call.now;
  // The channels after it have had ten seconds; what they did is known once the world has come here.
  yield* meet(call);
}

function awaitDone(call: OracleCall, duration: number, isCompleted: boolean): void {
  const { costs, config, hardware } = call;
  if (config.completion === 'poll') {
    spend(call, null, 'dmaWait', duration + (isCompleted ? costs.pollCheck : 0));
    return;
  }
  const slept = duration + (isCompleted ? costs.wakeup : 0);
  sleep(call, null, 'dmaWait', slept);
  hardware.account.slept += slept;
}

/** Step 4. */
function release(call: OracleCall, list: readonly OracleFolio[], tables: number): void {
  const { costs, config } = call;
  const each = config.path === 'dcbm-v2';
  for (const folio of list) {
    spend(call, folio, 'dmaUnmap', each ? costs.dmaUnmap(folio) : costs.sgUnmap(folio));
  }
  if (!each) for (let i = 0; i < tables; i++) spend(call, null, 'dmaUnmap', costs.iotlbFlush);
}

function countInterrupts(call: OracleCall, { works, fault, channels, failing }: Attempt): void {
  const { account } = call.hardware;
  for (const { channel, done } of works) {
    const hangs = fault === 'timeout' && channel === channels[failing];
    if (call.config.callback === 'last') {
      account.prematureAtMost += Math.max(0, Math.min(channel.window, done.length) - 1);
    }
    if (call.config.completion === 'poll' || hangs) continue;
    // A channel that is lost tells so; one that found nothing left to take has nothing to tell.
    const isLost = fault === 'channel-lost' && channel === channels[failing];
    const ends = done.length > 0 || isLost ? 1 : 0;
    const count = channel.interruptsEach ? done.length : ends;
    account.interrupts += count;
    account.interruptTime += count * call.costs.interruptHandler;
  }
}

/** `map-error`, `unequal-segments` and `submit-error`, and the abort of all channels set up so far. */
function* failBeforeIssue(call: OracleCall, attempt: Attempt, stage: FaultStage): Play<void> {
  const { costs } = call;
  const parts = (attempt.rounds[0] ?? []).slice(0, attempt.failing + 1);
  parts.forEach((part, i) => {
    spend(call, null, 'dmaSubmit', costs.channelSetup);
    if (i < attempt.failing) {
      for (const folio of part) {
        mapFolio(call, folio);
        submitFolio(call, folio);
      }
      return;
    }
    for (const folio of part) mapFolio(call, folio);
    if (stage !== 'submit-error') return;
    for (const folio of part.slice(0, Math.floor(part.length / 2))) submitFolio(call, folio);
  });
  for (const _ of parts) spend(call, null, 'dmaUnmap', costs.channelAbort);
  // The release of step 4 holds the IOTLB flush of each channel that had tables.
  release(call, parts.flat(), parts.length);
  yield* giveBack(call, attempt.channels);
  failed(call, attempt.list, stage);
}

function mapFolio(call: OracleCall, folio: OracleFolio): void {
  const { costs, config } = call;
  spend(call, folio, 'dmaMap', config.path === 'dcbm-v2' ? costs.dmaMap(folio) : costs.sgMap(folio));
}

function submitFolio(call: OracleCall, folio: OracleFolio): void {
  const { costs, config } = call;
  spend(call, folio, 'dmaSubmit', config.path === 'dcbm-v2' ? costs.dmaSubmit : costs.sgSubmit);
}

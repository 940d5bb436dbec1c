/** Scatter-list offload of dcbm v2 and later: docs/MODEL.md, "Scatter-list offload" and "Failures of an engine". */
import type { FaultPlan, FaultStage } from '../../../src/engine/sim/run';
import type { OracleCall } from './oracleCall';
import { mark, meet, sleep, spend } from './oracleCall';
import { divide } from './oracleDivide';
import type { ChannelWork } from './oracleEngine';
import { startList, startStealing } from './oracleEngine';
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
  /** Those that have to be set up. */
  readonly fresh: ReadonlySet<OracleChannel>;
  /** rounds[r][i]: what channel i has in round r. */
  readonly rounds: readonly (readonly (readonly OracleFolio[])[])[];
  readonly fault: FaultStage | null;
  /** Place of the channel that fails, among `channels`. */
  readonly failing: number;
  /** Under way: the round that was submitted last. */
  works: ChannelWork[];
  /** When the first channel was issued, and begins, ps. */
  issuedAt: number;
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
  // What async holds already is set up already.
  const fresh = new Set(channels.filter(({ holder }) => holder !== call));
  for (const channel of channels) channel.holder = call;
  const attempt: Attempt = {
    list,
    channels,
    fresh,
    rounds: roundsOf(shares, channels),
    fault: planned,
    failing: number % channels.length,
    works: [],
    issuedAt: Infinity,
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
    release(call, rounds[round] ?? []);
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
  parts.forEach((part, i) => {
    if (round === 0) setUp(call, attempt, i);
    for (const folio of part) {
      mapFolio(call, folio);
      submitFolio(call, folio);
    }
  });
  attempt.works = [];
  // By bytes a share can be empty: its channel is set up, but has nothing to be issued. Chunks are taken from the folios of the round.
  const left = parts.flat();
  const c = attempt.channels.length;
  attempt.channels.forEach((channel, i) => {
    const part = parts[i] ?? [];
    if (part.length === 0) return;
    spend(call, null, 'dmaSubmit', costs.channelIssue);
    attempt.issuedAt = Math.min(attempt.issuedAt, call.now);
    // A channel that is timed out does its list, but its completion does not come.
    const stops = i === attempt.failing && attempt.fault === 'channel-lost';
    attempt.works.push(
      config.divider === 'stealing'
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
  awaitDone(call, done - call.now);
}

/** The waits are in channel order: 10 s after the channels before the failing one are done. */
function* waitInVain(call: OracleCall, attempt: Attempt): Play<void> {
  let done = call.now;
  for (const { process, channel } of attempt.works) {
    if (attempt.channels.indexOf(channel) >= attempt.failing) break;
    yield () => process.endedAt;
    done = Math.max(done, process.endedAt);
  }
  awaitDone(call, done + TIMEOUT - call.now);
  spend(call, null, 'dmaUnmap', call.costs.channelAbort);
  // The channels after it have had ten seconds; what they did is known once the world has come here.
  yield* meet(call);
}

/** What was done before the caller came to wait costs nothing: it does not sleep, so it is not woken, or it sees so at once. */
function awaitDone(call: OracleCall, duration: number): void {
  const { costs, config, hardware } = call;
  const seen = duration > 0;
  if (config.completion === 'poll') {
    spend(call, null, 'dmaWait', duration + (seen ? costs.pollCheck : 0));
    return;
  }
  sleep(call, null, 'dmaWait', duration);
  hardware.account.slept += duration;
  // "sleeps until the last channel is done, then `wakeup`": waking up is no sleep.
  if (seen) spend(call, null, 'dmaWait', costs.wakeup);
}

/** Step 4, one channel after the other, as in step 1. */
function release(call: OracleCall, parts: readonly (readonly OracleFolio[])[]): void {
  const { costs, config } = call;
  const each = config.path === 'dcbm-v2';
  for (const part of parts) {
    if (part.length === 0) continue;
    for (const folio of part) {
      spend(call, folio, 'dmaUnmap', each ? costs.dmaUnmap(folio) : costs.sgUnmap(folio));
    }
    // Work per channel, of no folio: run.ts has one step for all of it.
    if (!each) spend(call, null, 'dmaSubmit', costs.iotlbFlush);
  }
}

function countInterrupts(call: OracleCall, { works, fault, channels, failing }: Attempt): void {
  const { account } = call.hardware;
  for (const { channel, done } of works) {
    if (call.config.callback === 'last') {
      account.prematureAtMost += Math.max(0, Math.min(channel.window, done.length) - 1);
    }
    if (call.config.completion === 'poll') continue;
    // Of a channel that hangs nothing is heard. One that is lost does not come to the end of its list; one that found
    // nothing left to take has none.
    const isFailing = channel === channels[failing];
    if (isFailing && fault === 'timeout') continue;
    const ends = done.length > 0 && !(isFailing && fault === 'channel-lost') ? 1 : 0;
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
    setUp(call, attempt, i);
    // Of the failing channel, all is mapped, and with submit-error half of it submitted, folio by folio as in step 1.
    const whole = i < attempt.failing ? part.length : 0;
    const submitted = stage === 'submit-error' ? Math.max(whole, Math.floor(part.length / 2)) : whole;
    part.forEach((folio, at) => {
      mapFolio(call, folio);
      if (at < submitted) submitFolio(call, folio);
    });
  });
  for (const _ of parts) spend(call, null, 'dmaUnmap', costs.channelAbort);
  // The release of step 4 holds the IOTLB flush of each channel that had tables.
  // Where the mapping failed, there is nothing of that channel to release.
  release(call, stage === 'map-error' ? parts.slice(0, -1) : parts);
  yield* giveBack(call, attempt.channels);
  failed(call, attempt.list, stage);
}

function setUp(call: OracleCall, { channels, fresh }: Attempt, i: number): void {
  const channel = channels[i];
  if (channel !== undefined && fresh.has(channel)) spend(call, null, 'dmaSubmit', call.costs.channelSetup);
}

function mapFolio(call: OracleCall, folio: OracleFolio): void {
  const { costs, config } = call;
  spend(call, folio, 'dmaMap', config.path === 'dcbm-v2' ? costs.dmaMap(folio) : costs.sgMap(folio));
}

function submitFolio(call: OracleCall, folio: OracleFolio): void {
  const { costs, config } = call;
  spend(call, folio, 'dmaSubmit', config.path === 'dcbm-v2' ? costs.dmaSubmit : costs.sgSubmit);
}

/** Scatter-list offload of dcbm v2 and later: docs/MODEL.md, "Scatter-list offload" and "Failures of an engine". */
import type { Divider, FaultPlan, FaultStage } from '../../../src/engine/sim/run';
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
  /** async: they stay with the call. */
  readonly keeps: boolean;
  /** rounds[r][i]: what channel i has in round r. */
  readonly rounds: readonly (readonly (readonly OracleFolio[])[])[];
  readonly fault: FaultStage | null;
  /** Place of the channel that fails, among `channels`. */
  readonly failing: number;
  /** Under way: the round that was submitted last. */
  works: ChannelWork[];
  /** When the first channel was issued, and begins, ps. */
  issuedAt: number;
  /** When the last release had ended, ps. */
  releasedAt: number;
}

/** From the request to the release. Whether the engines copied all. */
export function* offload(call: OracleCall, list: readonly OracleFolio[]): Play<boolean> {
  const attempt = yield* submit(call, list, false);
  return attempt !== null && (yield* complete(call, attempt));
}

/**
 * Request, and steps 1 and 2 of the first round; null: the batch is refused, or fails before the issue. `keeps`: the
 * call's first batch takes all the channels it may have and holds them to the call's end (async).
 */
export function* submit(
  call: OracleCall,
  list: readonly OracleFolio[],
  keeps: boolean,
): Play<Attempt | null> {
  const { hardware, config } = call;
  const { account } = hardware;
  yield* meet(call);
  const number = hardware.attempts++;
  const planned = faultOf(config.faults, number);
  const most = Math.min(config.channels, MOST_CHANNELS);
  let available = keeps ? hardware.heldBy(call) : [];
  const fresh =
    available.length === 0 ? hardware.free().slice(0, keeps ? most : Math.min(most, list.length)) : [];
  if (available.length === 0) available = fresh;
  if (planned === 'no-channel' || available.length === 0) {
    account.refusedBatches++;
    failed(call, list, 'no-channel');
    return null;
  }
  const channels = available.slice(0, list.length);
  // Alone and parts of split folios in async do without what their call holds for its batches: another holder.
  const holder = keeps ? call : {};
  for (const channel of fresh) {
    channel.holder = holder;
    if (keeps) spend(call, null, 'dmaSubmit', call.costs.channelSetup);
  }
  const attempt: Attempt = {
    list,
    channels,
    keeps,
    rounds: roundsOf(list, channels, config.divider),
    fault: planned,
    failing: number % channels.length,
    works: [],
    issuedAt: Infinity,
    releasedAt: NaN,
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
    attempt.releasedAt = call.now;
    if (fault === null) continue;
    const channel = attempt.channels[attempt.failing];
    if (fault === 'channel-lost' && channel !== undefined) channel.isLost = true;
    yield* giveBack(call, attempt);
    failed(call, list, fault);
    return false;
  }
  yield* giveBack(call, attempt);
  account.foliosMigrated += list.length;
  for (const folio of list) call.copied.add(folio);
  return true;
}

function* giveBack(call: OracleCall, { channels, keeps }: Attempt): Play<void> {
  if (keeps) return;
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

/** Stealing: a round is the next c · q folios of the list, q the least of the channels. Else the next q of each channel's own share. */
function roundsOf(
  list: readonly OracleFolio[],
  channels: readonly OracleChannel[],
  divider: Divider,
): OracleFolio[][][] {
  const c = channels.length;
  const rounds: OracleFolio[][][] = [];
  if (divider === 'stealing') {
    const together = c * Math.min(list.length, ...channels.map(({ queueDepth }) => queueDepth));
    for (let at = 0; at < list.length; at += together) {
      rounds.push(divide(list.slice(at, at + together), c, divider));
    }
    return rounds;
  }
  const shares = divide(list, c, divider);
  for (let round = 0; ; round++) {
    const parts = shares.map((share, i) => {
      const depth = Math.min(list.length, channels[i]?.queueDepth ?? Infinity);
      return share.slice(round * depth, (round + 1) * depth);
    });
    if (parts.every((part) => part.length === 0)) return rounds;
    rounds.push(parts);
  }
}

/** Steps 1 and 2. */
function submitRound(call: OracleCall, attempt: Attempt, round: number): void {
  const { costs, config } = call;
  const { account } = call.hardware;
  const parts = attempt.rounds[round] ?? [];
  parts.forEach((part) => {
    if (round === 0) setUp(call, attempt);
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
    // What is issued counts, whatever becomes of it.
    account.descriptors += part.length;
    account.bytes += part.reduce((sum, folio) => sum + folio.pages * 4096, 0);
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
    setUp(call, attempt);
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
  yield* giveBack(call, attempt);
  failed(call, attempt.list, stage);
}

/** Channel i, before its folios are mapped. What async holds is set up once, all together. */
function setUp(call: OracleCall, { keeps }: Attempt): void {
  if (!keeps) spend(call, null, 'dmaSubmit', call.costs.channelSetup);
}

function mapFolio(call: OracleCall, folio: OracleFolio): void {
  const { costs, config } = call;
  spend(call, folio, 'dmaMap', config.path === 'dcbm-v2' ? costs.dmaMap(folio) : costs.sgMap(folio));
}

function submitFolio(call: OracleCall, folio: OracleFolio): void {
  const { costs, config } = call;
  spend(call, folio, 'dmaSubmit', config.path === 'dcbm-v2' ? costs.dmaSubmit : costs.sgSubmit);
}

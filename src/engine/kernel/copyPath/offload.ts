/**
 * Models the copy of dcbm since v2 (drivers/dma/dcbm/dcbm.c): the channels are requested for the batch, its folios are
 * mapped and submitted channel by channel, all are issued, and the caller waits until the last is done. Then everything
 * is unmapped and the channels are released. docs/MODEL.md, "Scatter-list offload", has each step.
 */
import type { Span } from '../../folio/span';
import { countFolios } from '../../folio/span';
import type { FaultStage } from '../../sim/run';
import type { CallState } from '../callState';
import type { Playing } from '../playing';
import type { Channel } from './channels';
import { releaseChannels, takeChannels } from './channels';
import type { Copies } from '../../sim/copies';
import { completeRound } from './completion';
import { divide, sliceSpans } from './division';
import { faultAt } from './faults';
import { abortSetUp, failsInSetUp, issueRound, mapFolios, releaseRound } from './rounds';
import type { Round, Tails } from './rounds';

export type OffloadOutcome = 'copied' | 'refused' | 'failed';

/** v2 maps and submits each folio by itself; v3 and later one scatter list per channel. */
export type Mapping = 'folios' | 'lists';

/**
 * Copies all `spans` with the engine. Where it cannot, nothing is lost: the caller of this copies. `whileMapped`: the folios are
 * still in page tables; it is told when the first channel began, ps.
 */
export function* offloadCopy(
  state: CallState,
  spans: readonly Span[],
  mapping: Mapping = 'lists',
  whileMapped: { issued: number } | null = null,
): Playing<OffloadOutcome> {
  yield null;
  const offload = beginOffload(state, spans, mapping, whileMapped !== null);
  if (offload === null) return 'refused';
  const { begun } = offload;
  if (begun !== null) {
    yield begun;
    if (whileMapped !== null) whileMapped.issued = begun.copiers[0]?.begun ?? NaN;
  }
  return offload.rounds.length === 1 ? endOffload(state, offload) : yield* endRounds(state, offload);
}

/** An offload whose first round has been begun; null where that failed. */
export interface Offload {
  readonly spans: readonly Span[];
  readonly attempt: Attempt;
  readonly rounds: readonly Round[];
  readonly begun: Copies | null;
}

/** Takes channels and begins the first round; null: refused. Contract: played after a pause. */
export function beginOffload(
  state: CallState,
  spans: readonly Span[],
  mapping: Mapping,
  isMapped: boolean,
): Offload | null {
  const attempt = beginAttempt(state, spans, null);
  if (attempt === null) return null;
  const rounds = roundsOf(state, spans, attempt.channels, mapping, isMapped);
  return { spans, attempt, rounds, begun: beginRound(state, attempt, rounds[0] as Round, true) };
}

/** The end of an offload of one round, whose copies are done. */
export function endOffload(state: CallState, { spans, attempt, rounds, begun }: Offload): OffloadOutcome {
  const outcome = begun === null ? 'failed' : endRound(state, attempt, rounds[0] as Round, begun, true);
  if (begun !== null) state.recycle(begun);
  releaseChannels(state.dma, attempt.channels, state.builder.now);
  return countOutcome(state, spans, outcome, attempt.fault);
}

/** The same of several. */
export function* endRounds(
  state: CallState,
  { spans, attempt, rounds, begun }: Offload,
): Playing<OffloadOutcome> {
  const outcome = begun === null ? 'failed' : yield* playRounds(state, attempt, begun, rounds);
  releaseChannels(state.dma, attempt.channels, state.builder.now);
  return countOutcome(state, spans, outcome, attempt.fault);
}

/** One try to have a batch copied by an engine. */
export interface Attempt {
  readonly channels: readonly number[];
  readonly fault: FaultStage | null;
  /** Which of the channels fails, -1 for none. */
  readonly failing: number;
}

/** Numbers the attempt, and takes channels for it: those that `take` says, or that are free. null: refused. Contract: played after a pause. */
export function beginAttempt(
  state: CallState,
  spans: readonly Span[],
  take: (() => readonly number[]) | null,
): Attempt | null {
  const { dma, config } = state;
  const number = dma.attempts++;
  const fault = faultAt(config.faults, number);
  const folios = countFolios(spans);
  if (fault !== 'no-channel') {
    const channels = take === null ? takeChannels(state, folios) : take();
    if (channels.length > 0)
      return { channels, fault, failing: fault === null ? -1 : number % channels.length };
  }
  // -ENODEV: nothing was done.
  dma.refusedBatches++;
  dma.failures['no-channel']++;
  dma.foliosFailures += folios;
  return null;
}

/** Sets up and issues the first round; null where that fails. `isFirst`: the channels are not set up yet. */
export function beginRound(
  state: CallState,
  { fault, failing }: Attempt,
  round: Round,
  isFirst: boolean,
  tails?: Tails,
): Copies | null {
  if (fault !== null && failsInSetUp(fault)) {
    abortSetUp(state, round, isFirst, fault, failing);
    return null;
  }
  mapFolios(state, round, isFirst);
  return issueRound(state, round, fault, failing, tails);
}

/** Waits for the first round, which was `begun`, and plays the others. */
export function* playRounds(
  state: CallState,
  attempt: Attempt,
  begun: Copies,
  rounds: readonly Round[],
  tails?: Tails,
): Playing<'copied' | 'failed'> {
  let copies = begun;
  for (let i = 0; i < rounds.length; i++) {
    const round = rounds[i] as Round;
    if (i > 0) {
      yield null;
      mapFolios(state, round, false);
      copies = issueRound(state, round, null, -1, tails);
    }
    yield copies;
    if (endRound(state, attempt, round, copies, i === 0) === 'failed') return 'failed';
  }
  return 'copied';
}

/** Steps 3 and 4 of a round whose copies are done. A fault shows in the first. */
function endRound(
  state: CallState,
  { fault, failing }: Attempt,
  round: Round,
  copies: Copies,
  isFirst: boolean,
): 'copied' | 'failed' {
  const { builder, costs, dma } = state;
  const hit = isFirst ? fault : null;
  completeRound(state, round, copies, hit, failing);
  if (hit === 'timeout') builder.once('abort', costs.channelAbort);
  if (hit === 'channel-lost') dma.lost.add(round.channels[failing] as number);
  releaseRound(state, round);
  return hit === null ? 'copied' : 'failed';
}

/** The driver's counters. */
export function countOutcome(
  { dma }: CallState,
  spans: readonly Span[],
  outcome: 'copied' | 'failed',
  fault: FaultStage | null,
): OffloadOutcome {
  const folios = countFolios(spans);
  if (outcome === 'failed') {
    if (fault !== null) dma.failures[fault]++;
    dma.foliosFailures += folios;
    return outcome;
  }
  dma.foliosMigrated += folios;
  return outcome;
}

/** The first touch of contents that an engine left in no cache, charged to user space. */
export function touchCold({ dma, config, costs }: CallState, spans: readonly Span[]): void {
  if (!config.coldCache) return;
  for (const { count, of } of spans) dma.coldTouch += count * of.pages * costs.coldTouch;
}

/** The list in rounds that the queues of its channels can hold; one round where they have no limit. */
export function roundsOf(
  { config, channels: all }: CallState,
  spans: readonly Span[],
  channels: readonly number[],
  mapping: Mapping,
  isMapped: boolean,
): Round[] {
  let depth = Infinity;
  for (let i = 0; i < channels.length; i++) {
    depth = Math.min(depth, (all[channels[i] as number] as Channel).queueDepth);
  }
  if (config.divider === 'stealing') {
    const folios = countFolios(spans);
    const length = Math.min(folios, channels.length * depth);
    return Array.from({ length: Math.ceil(folios / length) }, (_, i) => {
      const list = sliceSpans(spans, i * length, Math.min(folios, (i + 1) * length));
      const shares = divide('folios', list, channels.length);
      return { channels, mapping, isMapped, spans: list, shares, list };
    });
  }
  const shares = divide(config.divider, spans, channels.length);
  if (depth === Infinity) return [{ channels, mapping, isMapped, spans, shares, list: null }];
  const depths = channels.map((channel) => (all[channel] as Channel).queueDepth);
  const counts = shares.map(countFolios);
  const rounds = Math.max(...counts.map((count, i) => Math.ceil(count / (depths[i] as number))), 1);
  if (rounds === 1) return [{ channels, mapping, isMapped, spans, shares, list: null }];
  return Array.from({ length: rounds }, (_, round) => {
    const own = shares.map((share, i) => {
      const limit = depths[i] as number;
      if (Number.isFinite(limit)) return sliceSpans(share, round * limit, (round + 1) * limit);
      return round === 0 ? share : [];
    });
    return { channels, mapping, isMapped, spans: own.flat(), shares: own, list: null };
  });
}

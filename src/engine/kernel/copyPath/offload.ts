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
  const { dma } = state;
  const attempt = beginAttempt(state, spans, () => takeChannels(state, countFolios(spans)));
  if (attempt === null) return 'refused';
  const rounds = roundsOf(state, spans, attempt.channels, { mapping, isMapped: whileMapped !== null });
  const begun = beginRound(state, attempt, rounds[0] as Round, true);
  const issued = begun?.copiers[0];
  const outcome = begun === null ? 'failed' : yield* playRounds(state, attempt, begun, rounds);
  releaseChannels(dma, attempt.channels, state.builder.now);
  if (whileMapped !== null && issued !== undefined) whileMapped.issued = issued.begun;
  return countOutcome(state, spans, outcome, attempt.fault);
}

/** One try to have a batch copied by an engine. */
export interface Attempt {
  readonly channels: readonly number[];
  readonly fault: FaultStage | null;
  /** Which of the channels fails, -1 for none. */
  readonly failing: number;
}

/** Numbers the attempt, and takes channels for it. null: refused. Contract: played after a pause. */
export function beginAttempt(
  state: CallState,
  spans: readonly Span[],
  take: () => readonly number[],
): Attempt | null {
  const { dma, config } = state;
  const number = dma.attempts++;
  const fault = faultAt(config.faults, number);
  const channels = fault === 'no-channel' ? [] : take();
  if (channels.length > 0)
    return { channels, fault, failing: fault === null ? -1 : number % channels.length };
  // -ENODEV: nothing was done.
  dma.refusedBatches++;
  dma.failures['no-channel']++;
  dma.foliosFailures += countFolios(spans);
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
  { fault, failing }: Attempt,
  begun: Copies,
  rounds: readonly Round[],
  tails?: Tails,
): Playing<'copied' | 'failed'> {
  const { builder, costs, dma } = state;
  let copies = begun;
  for (let i = 0; i < rounds.length; i++) {
    const round = rounds[i] as Round;
    if (i > 0) {
      yield null;
      mapFolios(state, round, false);
      copies = issueRound(state, round, null, -1, tails);
    }
    yield copies;
    const hit = i === 0 ? fault : null;
    completeRound(state, round, copies, hit, failing);
    if (hit === 'timeout') builder.once('abort', costs.channelAbort);
    if (hit === 'channel-lost') dma.lost.add(round.channels[failing] as number);
    releaseRound(state, round, round.shares);
    if (hit !== null) return 'failed';
  }
  return 'copied';
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
  how: Pick<Round, 'mapping' | 'isMapped'>,
): Round[] {
  const depths = channels.map((channel) => (all[channel] as CallState['channels'][number]).queueDepth);
  if (config.divider === 'stealing') {
    const folios = countFolios(spans);
    const depth = Math.min(folios, channels.length * Math.min(...depths));
    return Array.from({ length: Math.ceil(folios / depth) }, (_, i) => {
      const list = sliceSpans(spans, i * depth, Math.min(folios, (i + 1) * depth));
      return { channels, ...how, shares: divide('folios', list, channels.length), list };
    });
  }
  const shares = divide(config.divider, spans, channels.length);
  if (depths.every((depth) => depth === Infinity)) return [{ channels, ...how, shares, list: null }];
  const counts = shares.map(countFolios);
  const rounds = Math.max(...counts.map((count, i) => Math.ceil(count / (depths[i] as number))), 1);
  if (rounds === 1) return [{ channels, ...how, shares, list: null }];
  return Array.from({ length: rounds }, (_, round) => ({
    channels,
    ...how,
    shares: shares.map((share, i) => {
      const depth = depths[i] as number;
      return Number.isFinite(depth)
        ? sliceSpans(share, round * depth, (round + 1) * depth)
        : round === 0
          ? share
          : [];
    }),
    list: null,
  }));
}

/** One round of an offload: what its channels' queues hold at once. Mapping, submission, issue, release. */
import { PAGE_BYTES } from '../../../base/units';
import type { Span } from '../../folio/span';
import { countFolios, countPages } from '../../folio/span';
import { Copies } from '../../sim/copies';
import type { Flow, Load, Refill } from '../../sim/flow';
import type { FaultStage } from '../../sim/run';
import type { CallState } from '../callState';
import type { Channel } from './channels';
import { chunkOf, sliceSpans } from './division';
import type { Mapping } from './offload';

export interface Round {
  readonly channels: readonly number[];
  readonly mapping: Mapping;
  /** The folios are still in page tables. */
  readonly isMapped: boolean;
  /** All of its folios. */
  readonly spans: readonly Span[];
  /** What each channel maps and submits; and copies, unless there is a `list` of which the channels take what comes next. */
  readonly shares: readonly (readonly Span[])[];
  readonly list: readonly Span[] | null;
}

/** Faults that show before anything is issued. */
export function failsInSetUp(fault: FaultStage): boolean {
  return fault === 'map-error' || fault === 'unequal-segments' || fault === 'submit-error';
}

/** Step 1: channel by channel, map and submit. The channels are set up in the first round. */
export function mapFolios(state: CallState, round: Round, isFirst: boolean): void {
  const { builder, costs, steps } = state;
  const { shares } = round;
  const isPlain = round.mapping === 'lists' && !round.isMapped;
  if (isPlain && !builder.keepsRows) {
    // Nobody looks into it: the order does not matter.
    if (isFirst) builder.once('channelSetup', shares.length * costs.channelSetup);
    for (let i = 0; i < round.spans.length; i++) {
      const { first, count, of } = round.spans[i] as Span;
      builder.play(steps.of(of).setup, first, count);
    }
    return;
  }
  for (const share of shares) {
    if (isFirst) builder.once('channelSetup', costs.channelSetup);
    for (const span of share) {
      if (isPlain) builder.play(steps.of(span.of).setup, span.first, span.count);
      else {
        const d = [mapOf(state, round, span), submitOf(state, round)] as const;
        builder.steps(setupKind(round), span.first, span.count, d);
      }
    }
  }
}

/** A failure in step 1 on the `failing`-th channel, and what taking it back costs. */
export function abortSetUp(
  state: CallState,
  round: Round,
  isFirst: boolean,
  fault: FaultStage,
  failing: number,
): void {
  const { builder, costs } = state;
  const before = round.shares.slice(0, failing);
  mapFolios(state, { ...round, spans: before.flat(), shares: before }, isFirst);
  const share = round.shares[failing] ?? [];
  if (isFirst) builder.once('channelSetup', costs.channelSetup);
  const submitted = fault === 'submit-error' ? Math.floor(countFolios(share) / 2) : 0;
  for (const [from, to, submit] of [
    [0, submitted, submitOf(state, round)],
    [submitted, Infinity, 0],
  ] as const) {
    for (const span of sliceSpans(share, from, to)) {
      builder.steps(setupKind(round), span.first, span.count, [mapOf(state, round, span), submit]);
    }
  }
  builder.once('abort', (failing + 1) * costs.channelAbort);
  releaseShares(state, round, fault === 'map-error' ? before : [...before, share]);
}

/** The last copy of each channel, where lists queue behind each other. */
export type Tails = Map<number, Flow>;

/** Step 2: the doorbells. Returns the copies that run from there on, or when what runs before them on their channels is done. */
export function issueRound(
  state: CallState,
  round: Round,
  fault: FaultStage | null,
  failing: number,
  tails: Tails | null = null,
): Copies {
  const { builder, costs, dma } = state;
  const copies = new Copies(builder.writer, round.isMapped ? 'remoteCopyMapped' : 'remoteCopy');
  const take = round.list === null ? null : takerOf(round.list, round.channels.length);
  for (let i = 0; i < round.channels.length; i++) {
    const channel = round.channels[i] as number;
    const share = round.shares[i] ?? [];
    if (share.length === 0) continue;
    builder.once('channelSetup', costs.channelIssue);
    dma.descriptors += countFolios(share);
    dma.bytes += countPages(share) * PAGE_BYTES;
    const silent = i === failing && (fault === 'timeout' || fault === 'channel-lost') ? fault : null;
    const flow = state.launch(copies, {
      start: builder.now,
      loads: take === null ? issue(state, share, channel, silent, true) : [],
      sink: copies,
      after: tails === null ? null : (tails.get(channel) ?? null),
      refill: take === null ? null : stealer(state, take, channel, silent),
      track: channel,
    });
    tails?.set(channel, flow);
  }
  return copies;
}

/** Step 4: unmapping, in the order of the channels; and the flush of each that had folios. */
export function releaseRound(state: CallState, round: Round): void {
  const { builder, costs, steps } = state;
  if (round.mapping === 'folios' || builder.keepsRows) {
    releaseShares(state, round, round.shares);
    return;
  }
  for (let i = 0; i < round.spans.length; i++) {
    const { first, count, of } = round.spans[i] as Span;
    builder.play(steps.of(of).release, first, count);
  }
  let channels = 0;
  for (let i = 0; i < round.shares.length; i++)
    channels += (round.shares[i] as readonly Span[]).length > 0 ? 1 : 0;
  if (channels > 0) builder.once('channelSetup', channels * costs.iotlbFlush);
}

/** The same for the folios that were mapped. */
function releaseShares(state: CallState, round: Round, mapped: readonly (readonly Span[])[]): void {
  const { builder, costs, steps } = state;
  for (const share of mapped) {
    for (const span of share) {
      const { first, count, of } = span;
      if (round.mapping === 'lists') builder.play(steps.of(of).release, first, count);
      else builder.steps('release', first, count, [costs.dmaUnmap(of)]);
    }
    if (round.mapping === 'lists' && share.length > 0) builder.once('channelSetup', costs.iotlbFlush);
  }
}

function setupKind({ isMapped }: Round): 'setup' | 'setupMapped' {
  return isMapped ? 'setupMapped' : 'setup';
}

function mapOf({ costs }: CallState, round: Round, span: Span): number {
  return round.mapping === 'folios' ? costs.dmaMap(span.of) : costs.sgMap(span.of);
}

function submitOf({ costs }: CallState, round: Round): number {
  return round.mapping === 'folios' ? costs.dmaSubmit : costs.sgSubmit;
}

/** Hands out the chunks of a list, in order. */
function takerOf(list: readonly Span[], channels: number): () => readonly Span[] {
  let taken = 0;
  const folios = countFolios(list);
  return () => {
    if (taken === folios) return [];
    const chunk = chunkOf(folios - taken, channels);
    const share = sliceSpans(list, taken, taken + chunk);
    taken += chunk;
    return share;
  };
}

/** A channel that takes the next chunk whenever it is free, the first as soon as it is issued. A lost one stops in its first. */
function stealer(
  state: CallState,
  take: () => readonly Span[],
  channel: number,
  silent: FaultStage | null,
): () => Refill | null {
  let chunks = 0;
  return () => {
    const share = silent === 'channel-lost' && chunks > 0 ? [] : take();
    if (share.length === 0) return null;
    chunks++;
    const delay = chunks === 1 ? 0 : state.costs.channelIssue;
    return { delay, loads: issue(state, share, channel, silent, chunks === 1) };
  };
}

/**
 * What a channel is to copy, and its interrupts: one per descriptor, or one for the round. `silent`: why it says nothing
 * of the end; a lost channel stops half way.
 */
function issue(
  state: CallState,
  spans: readonly Span[],
  channel: number,
  silent: FaultStage | null,
  isFirst: boolean,
): Load[] {
  const { dma, costs, config, steps } = state;
  const { engine, inFlight, interruptsPerDescriptor } = state.channels[channel] as Channel;
  const folios = countFolios(spans);
  const copied = silent === 'channel-lost' ? sliceSpans(spans, 0, Math.floor(folios / 2)) : spans;
  if (config.completion === 'interrupt' && silent !== 'timeout') {
    const forRound = silent === null && isFirst ? 1 : 0;
    const interrupts = interruptsPerDescriptor ? countFolios(copied) : forRound;
    dma.interrupts += interrupts;
    dma.interruptTime += interrupts * costs.interruptHandler;
  }
  const loads: Load[] = [];
  for (const { first, count, of } of copied) {
    const { amount, alone, links } = steps.of(of).engineShare(state.links, channel, engine, inFlight);
    loads.push({ first, count, amount, alone, links });
  }
  return loads;
}

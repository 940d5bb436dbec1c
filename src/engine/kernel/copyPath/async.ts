/**
 * Not posted: as v6, but the caller goes on with the next batch while the copy of one runs. The channels are held from the
 * first offloaded batch of a call to its end; the lists of a batch queue behind those of the batch before.
 */
import type { Span } from '../../folio/span';
import { countFolios } from '../../folio/span';
import type { Copies } from '../../sim/copies';
import type { Flow } from '../../sim/fluidPool';
import type { CallState, Stats } from '../callState';
import type { Playing } from '../playing';
import { releaseChannels, takeChannels } from './channels';
import type { BatchFrame, CopyPath, MoveOutcome } from './copyPath';
import type { Attempt } from './offload';
import { beginAttempt, beginRound, countOutcome, playRounds, roundsOf } from './offload';
import { isEligible, moveCopied, precopyV6, wantedOf } from './precopy';
import type { Round } from './rounds';

export const asyncCopy: CopyPath = {
  name: 'async',
  title: 'Asynchronous',
  tooltip: 'Not posted: as v6, but the next batch is unmapped and submitted while the copy of this one runs.',
  offloads: true,
  // Folios tried alone, and parts of split folios.
  moveBatch: precopyV6.moveBatch,
  frame: asyncFrame,
};

interface Begun {
  readonly attempt: Attempt;
  readonly wanted: readonly Span[];
  readonly rounds: readonly Round[];
  readonly copies: Copies;
}

function asyncFrame(): BatchFrame {
  let held: readonly number[] = [];
  /** The last copy of each channel. */
  const tails = new Map<number, Flow>();
  const begun: (Begun | null)[] = [];

  function* begin(state: CallState, unmapped: readonly Span[]): Playing<void> {
    const wanted = wantedOf(state, unmapped, isEligible);
    begun.push(wanted.length === 0 ? null : yield* submit(state, wanted));
  }

  function* submit(state: CallState, wanted: readonly Span[]): Playing<Begun | null> {
    yield null;
    const attempt = beginAttempt(state, wanted, () => {
      if (held.length === 0) held = hold(state);
      return held.slice(0, countFolios(wanted));
    });
    if (attempt === null) return null;
    const rounds = roundsOf(state, wanted, attempt.channels, { mapping: 'lists', isMapped: false });
    const after = attempt.channels.map((channel) => tails.get(channel) ?? null);
    const copies = beginRound(state, attempt, rounds[0] as Round, false, after);
    if (copies === null) {
      countOutcome(state, wanted, 'failed', attempt.fault);
      return null;
    }
    for (const { track, flow } of copies.copiers) tails.set(track, flow);
    return { attempt, wanted, rounds, copies };
  }

  function* finish(state: CallState, _stats: Stats, unmapped: readonly Span[]): Playing<MoveOutcome> {
    const batch = begun.shift() ?? null;
    if (batch === null) return { left: unmapped, failed: [] };
    const { attempt, wanted, rounds, copies } = batch;
    const outcome = yield* playRounds(state, attempt, copies, rounds);
    held = held.filter((channel) => !state.dma.lost.has(channel));
    countOutcome(state, wanted, outcome, attempt.fault);
    return outcome === 'copied' ? moveCopied(state, unmapped, wanted) : { left: unmapped, failed: [] };
  }

  return {
    begin,
    finish,
    end: ({ dma, builder }) => releaseChannels(dma, held, builder.now),
  };
}

/** Takes and sets up the channels of a call. */
function hold(state: CallState): readonly number[] {
  const channels = takeChannels(state, Infinity);
  for (let i = 0; i < channels.length; i++) state.builder.once('channelSetup', state.costs.channelSetup);
  return channels;
}

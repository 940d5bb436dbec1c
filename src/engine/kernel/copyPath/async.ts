/**
 * Not posted: as v6, but the caller goes on with the next batch while the copy of one runs. The channels are held from the
 * first offloaded batch of a call to its end; the lists of a batch queue behind those of the batch before.
 */
import type { Span } from '../../folio/span';
import { countFolios } from '../../folio/span';
import type { Copies } from '../../sim/copies';
import type { CallState, Stats } from '../callState';
import type { Playing } from '../playing';
import { releaseChannels, takeChannels } from './channels';
import type { BatchFrame, CopyPath, MoveOutcome } from './copyPath';
import type { Attempt } from './offload';
import { beginAttempt, beginRound, countOutcome, playRounds, roundsOf } from './offload';
import { isEligible, isLongEnough, moveByCpu, moveCopied, precopyV6, wantedOf } from './precopy';
import type { Round, Tails } from './rounds';

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
  readonly wanted: readonly Span[];
  /** null: the CPU copies. */
  readonly running: Running | null;
}

interface Running {
  readonly attempt: Attempt;
  readonly rounds: readonly Round[];
  readonly copies: Copies;
}

function asyncFrame(): BatchFrame {
  let held: readonly number[] = [];
  /** The last copy of each channel. */
  const tails: Tails = new Map();
  const begun: Begun[] = [];

  function* begin(state: CallState, unmapped: readonly Span[]): Playing<boolean> {
    const wanted = wantedOf(state, unmapped, isEligible);
    const running = isLongEnough(state, wanted) ? yield* submit(state, wanted) : null;
    begun.push({ wanted, running });
    return running !== null;
  }

  function* submit(state: CallState, wanted: readonly Span[]): Playing<Running | null> {
    yield null;
    const attempt = beginAttempt(state, wanted, () => {
      if (held.length === 0) held = hold(state);
      return held.slice(0, countFolios(wanted));
    });
    if (attempt === null) return null;
    const rounds = roundsOf(state, wanted, attempt.channels, 'lists', false);
    const copies = beginRound(state, attempt, rounds[0] as Round, false, tails);
    if (copies === null) {
      countOutcome(state, wanted, 'failed', attempt.fault);
      return null;
    }
    return { attempt, rounds, copies };
  }

  function* finish(state: CallState, _stats: Stats, unmapped: readonly Span[]): Playing<MoveOutcome> {
    const { wanted, running } = begun.shift() as Begun;
    if (running === null) return moveByCpu(unmapped, wanted);
    const { attempt, rounds, copies } = running;
    const outcome = yield* playRounds(state, attempt, copies, rounds, tails);
    held = held.filter((channel) => !state.dma.lost.has(channel));
    countOutcome(state, wanted, outcome, attempt.fault);
    return outcome === 'copied' ? moveCopied(state, unmapped, wanted) : moveByCpu(unmapped, wanted);
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

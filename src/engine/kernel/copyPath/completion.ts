/** Waiting for copies that run elsewhere, and what is known when the wait is over. */
import { countFolios } from '../../folio/span';
import type { Copies } from '../../sim/copies';
import type { FaultStage } from '../../sim/run';
import type { CallState } from '../callState';
import type { Channel } from './channels';
import { DCBM_TIMEOUT_PS } from './faults';
import type { Round } from './rounds';

/** The CPU sleeps until `until` (ps) and is woken, or polls until then; it does neither if that is past. */
export function waitUntil({ builder, config, costs, dma }: CallState, until: number): void {
  if (config.completion === 'poll') {
    if (until > builder.now) builder.once('poll', until - builder.now + costs.pollCheck);
    return;
  }
  dma.slept += builder.sleep(until, costs.wakeup);
}

/** Step 3: `copies` are done; the CPU, whose clock is at `issued`, has waited for them. */
export function completeRound(
  state: CallState,
  round: Round,
  copies: Copies,
  fault: FaultStage | null,
  failing: number,
): void {
  const { dma, builder } = state;
  const issued = builder.now;
  for (const { track, begun, doneAt } of copies.copiers) {
    dma.busy[track] = (dma.busy[track] as number) + doneAt - begun;
  }
  if (fault === 'timeout') {
    const hung = round.channels[failing];
    const others = copies.copiers.filter(({ track }) => track !== hung);
    // The waits are in the order of the channels.
    const before = others.filter(({ track }) => round.channels.indexOf(track) < failing);
    const since = before.reduce((end, copier) => Math.max(end, copier.doneAt), issued);
    waitUntil(
      state,
      others.reduce((end, copier) => Math.max(end, copier.doneAt), since + DCBM_TIMEOUT_PS),
    );
    return;
  }
  waitUntil(state, copies.end);
  if (fault === null && state.config.callback === 'last') countPremature(state, round);
}

/**
 * Descriptors still under way when the last one of their channel has completed: of the last w that an engine completes in
 * any order, the last one comes at a uniform place.
 */
function countPremature(state: CallState, round: Round): void {
  for (let i = 0; i < round.channels.length; i++) {
    const { completionWindow } = state.channels[round.channels[i] as number] as Channel;
    if (completionWindow === 1) continue;
    const window = Math.min(completionWindow, countFolios(round.shares[i] ?? []));
    if (window > 1) state.dma.prematureFolios += window - 1 - Math.floor(state.dma.rng.next() * window);
  }
}

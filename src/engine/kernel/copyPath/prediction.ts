/** What a batch is predicted to take by CPU and by engine: docs/MODEL.md, "Designs nobody has posted", adaptive. */
import { PAGE_BYTES } from '../../../base/units';
import type { Span } from '../../folio/span';
import { countFolios } from '../../folio/span';
import type { CallState } from '../callState';
import type { Channel } from './channels';
import { freeChannels } from './channels';
import { divide } from './division';

/** Whether the engine is predicted to be faster. Contract: played after a pause; `spans` are not empty. */
export function predictsGain(state: CallState, spans: readonly Span[]): boolean {
  const channels = freeChannels(state, countFolios(spans));
  if (channels.length === 0) return false;
  return byEngine(state, spans, channels) < byCpu(state, spans);
}

/** ps of the copies alone, their cold start included. */
function byCpu({ costs, copyIsCold }: CallState, spans: readonly Span[]): number {
  return sumOver(spans, (span) => costs.copy(span.of)) + (copyIsCold ? costs.coldCopy : 0);
}

/** ps from the request to the release of the channels, nobody else using them. */
function byEngine(state: CallState, spans: readonly Span[], channels: readonly number[]): number {
  const { costs, config } = state;
  const perFolio = sumOver(spans, ({ of }) => costs.sgMap(of) + costs.sgSubmit + costs.sgUnmap(of));
  const perChannel = costs.channelSetup + costs.channelIssue + costs.iotlbFlush;
  const shares = divide(config.divider, spans, channels.length);
  const slowest = channels.reduce((most, channel, i) => {
    const { inFlight } = state.channels[channel] as Channel;
    return Math.max(
      most,
      sumOver(shares[i] ?? [], ({ of }) => costs.engineCopy(of, inFlight)),
    );
  }, 0);
  const bytes = sumOver(spans, ({ of }) => of.pages * PAGE_BYTES);
  const completion = config.completion === 'poll' ? costs.pollCheck : costs.wakeup;
  return perFolio + channels.length * perChannel + Math.max(slowest, bytes / costs.engineLink) + completion;
}

function sumOver(spans: readonly Span[], of: (span: Span) => number): number {
  return spans.reduce((sum, span) => sum + span.count * of(span), 0);
}

/**
 * Models the copy of dcbm v3 and later (drivers/dma/dcbm/dcbm.c): the channels are requested for the
 * batch, one scatter list is mapped and submitted for each, all are issued, and the caller sleeps until
 * the last is done. Then everything is unmapped and the channels are released.
 */
import type { Span } from '../../folio/span';
import { countFolios } from '../../folio/span';
import type { Copier } from '../../sim/fluid';
import { runFluid } from '../../sim/fluid';
import type { CallState } from '../callState';
import { divideByFolios } from './division';

/** MAX_DMA_CHANNELS, dcbm.c. */
const MAX_DMA_CHANNELS = 16;

/** Copies all `spans` with the engine. False when no channel could be had (-ENODEV): nothing was done. */
export function offloadCopy(state: CallState, spans: readonly Span[]): boolean {
  const { builder, costs, dma, config } = state;
  const folios = countFolios(spans);
  const wanted = Math.min(config.channels, folios, MAX_DMA_CHANNELS);
  const channels = freeChannels(state, wanted);
  if (channels.length === 0) {
    dma.refusedBatches++;
    return false;
  }
  const shares = divideByFolios(spans, channels.length);
  for (const share of shares) {
    builder.once('channelSetup', costs.channelSetup);
    for (const span of share)
      builder.steps('setup', span.first, span.count, [costs.sgMap(span.of), costs.sgSubmit]);
  }
  const copiers = channels.map((channel, i): Copier => {
    builder.once('channelSetup', costs.channelIssue);
    const loads = (shares[i] ?? []).map((span) => ({
      first: span.first,
      count: span.count,
      bytes: span.of.pages * 4096,
      alone: costs.engineCopy(span.of, 1),
    }));
    const engine = Math.floor((channel * dma.engines) / dma.freeAt.length);
    return { start: builder.now, loads, links: [engine, dma.engines] };
  });
  const { pieces, ends } = runFluid(copiers, costs.engineLinks(dma.engines));
  for (const piece of pieces) {
    builder.remote(piece.first, piece.count, piece.start, piece.period, channels[piece.copier] as number);
  }
  channels.forEach((channel, i) => {
    dma.busy[channel] = (dma.busy[channel] as number) + (ends[i] as number) - (copiers[i] as Copier).start;
    dma.freeAt[channel] = ends[i] as number;
  });
  dma.descriptors += folios;
  dma.bytes += spans.reduce((sum, span) => sum + span.count * span.of.pages * 4096, 0);
  sleepUntil(state, Math.max(...ends));
  for (const span of spans) builder.steps('release', span.first, span.count, [costs.sgUnmap(span.of)]);
  for (let i = 0; i < channels.length; i++) builder.once('channelSetup', costs.iotlbFlush);
  return true;
}

/** The caller sleeps until `time`, and needs a while to run again. */
export function sleepUntil(state: CallState, time: number): void {
  const { builder, costs, dma } = state;
  const asleep = Math.max(0, time - builder.now);
  dma.slept += asleep;
  builder.once('sleep', asleep + costs.wakeup);
}

/** Channels that no other CPU's batch holds now, in their order: dma_request_chan_by_mask() takes what is free. */
function freeChannels({ builder, dma }: CallState, wanted: number): number[] {
  const free: number[] = [];
  for (let channel = 0; channel < dma.freeAt.length && free.length < wanted; channel++) {
    if ((dma.freeAt[channel] as number) <= builder.now) free.push(channel);
  }
  return free;
}

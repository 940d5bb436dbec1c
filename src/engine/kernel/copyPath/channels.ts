/** Channels of a machine, held by one batch at a time. */
import type { Machine } from '../../machine/machine';
import type { CallState } from '../callState';
import type { DmaState } from './dmaState';

/** MAX_DMA_CHANNELS, dcbm.c. */
const MAX_DMA_CHANNELS = 16;

/** What the engine behind a channel does. */
export interface Channel {
  readonly engine: number;
  readonly queueDepth: number;
  readonly inFlight: number;
  readonly completionWindow: number;
  readonly interruptsPerDescriptor: boolean;
}

/** The channels of all devices; neighbours of a device share its engines in equal groups. */
export function channelsOf(machine: Machine): Channel[] {
  const channels: Channel[] = [];
  let engines = 0;
  for (const device of machine.dmaDevices) {
    for (let i = 0; i < device.channels; i++) {
      channels.push({
        engine: engines + Math.floor((i * device.engines) / device.channels),
        queueDepth: device.queueDepth ?? Infinity,
        inFlight: device.inFlight,
        completionWindow: device.completionWindow,
        interruptsPerDescriptor: device.interrupts === 'per-descriptor',
      });
    }
    engines += device.engines;
  }
  return channels;
}

/** Channels that no batch holds now and that a batch of `folios` may ask for. Contract: played after a pause. */
export function freeChannels({ builder, config, dma }: CallState, folios: number): number[] {
  const wanted = Math.min(config.channels, folios, MAX_DMA_CHANNELS);
  const free: number[] = [];
  for (let channel = 0; channel < dma.freeAt.length && free.length < wanted; channel++) {
    if ((dma.freeAt[channel] as number) <= builder.now) free.push(channel);
  }
  return free;
}

/** dma_request_chan_by_mask() takes what is free, the lowest numbers first. */
export function takeChannels(state: CallState, folios: number): number[] {
  const channels = freeChannels(state, folios);
  for (let i = 0; i < channels.length; i++) state.dma.freeAt[channels[i] as number] = Infinity;
  return channels;
}

/** Gives channels back now; a lost one is never free again. */
export function releaseChannels(dma: DmaState, channels: readonly number[], now: number): void {
  for (let i = 0; i < channels.length; i++) {
    const channel = channels[i] as number;
    dma.freeAt[channel] = dma.lost.has(channel) ? Infinity : now;
  }
}

/** SDXI (SNIA Smart Data Accelerator Interface) as the working tree of the series' author drives it. */
import { SERIES_V3_OFFLOAD } from '../seriesV3Offload';
import type { DevicePreset } from './devicePreset';
import { assumed, published } from './devicePreset';

const TREE = 'working tree shivankgarg98/linux';
const AS_PTDMA = 'No published throughput or latency of an SDXI engine; taken to be that of PTDMA:';

export const SDXI: DevicePreset = {
  name: 'sdxi',
  title: 'SDXI, one function',
  driver: 'sdxi',
  source: `drivers/dma/sdxi of the ${TREE}, and SNIA SDXI 1.0; its speed is not published and assumed to be PTDMA's.`,
  shape: {
    channels: published(
      1,
      `One context is made and registered as one channel (sdxi_dma_register, dma.c, ${TREE}).`,
    ),
    engines: assumed(1, 'Each function copies by itself; whether functions share anything is not published.'),
    queueDepth: published(
      512,
      'dcbm of the AMDESE tree limits one submission to 512 folios, because the driver hung when its ring overflowed.',
    ),
    inFlight: assumed(
      4,
      'The function fetches valid descriptors of its ring ahead and may work on several (SNIA SDXI 1.0); how many is not published.',
    ),
    completionWindow: assumed(
      4,
      'Descriptors without the fence bit may complete in any order (SNIA SDXI 1.0; the driver notes a fenced no-op to wait for all). As many as are in flight.',
    ),
    interrupts: assumed(
      'per-list',
      'A completion signal is asked for by descriptor, and dcbm asks for the last one; an early state of the driver had no interrupts at all (sdxi_dma_prep_memcpy, dma.c).',
    ),
  },
  queueEntries: null,
  linkGrows: false,
  costs: {
    dmaLatency: assumed(1872, `${AS_PTDMA} as fitted to the RFC v1 table.`),
    dmaBandwidth: assumed(12.5, `${AS_PTDMA} one channel, 2 MB folios.`),
    interruptHandler: asPtdma('interruptHandler'),
    engineDescriptor: asPtdma('engineDescriptor'),
    engineIommuEntry: asPtdma('engineIommuEntry'),
    channelBandwidth: asPtdma('channelBandwidth'),
    engineBandwidth: assumed(
      SERIES_V3_OFFLOAD.channelBandwidth.value,
      'One channel per function and engine: no more than the channel.',
    ),
    engineLink: asPtdma('engineLink'),
  },
};

function asPtdma(
  name: 'interruptHandler' | 'engineDescriptor' | 'engineIommuEntry' | 'channelBandwidth' | 'engineLink',
) {
  const { value, source } = SERIES_V3_OFFLOAD[name];
  return assumed(value, `${AS_PTDMA} ${source}`);
}

/** Intel I/OAT (CBDMA, QuickData) of Haswell servers: the engine of the first offload experiments. */
import { SERIES_V3_OFFLOAD } from '../seriesV3Offload';
import type { DevicePreset } from './devicePreset';
import { assumed, published } from './devicePreset';

const ZI_YAN_2017 = 'Zi Yan, 2017, two E5-2640 v3: 16 channels, about 11 GB/s in all';
const ZI_YAN_2019 = 'Zi Yan, 2019, E5-2650 v3: 4.3 GB/s for one 2 MB THP';

export const IOAT: DevicePreset = {
  name: 'ioat',
  title: 'Intel I/OAT, 16 channels',
  driver: 'ioatdma',
  source: `${ZI_YAN_2017}; ${ZI_YAN_2019}; drivers/dma/ioat.`,
  shape: {
    channels: published(16, `${ZI_YAN_2017}.`),
    engines: assumed(16, 'Each channel copies by itself; what they share is in the limit of all.'),
    queueDepth: published(
      65_536,
      'IOAT_MAX_DESCS = 1 << IOAT_MAX_ORDER, IOAT_MAX_ORDER 16 (drivers/dma/ioat/dma.h).',
    ),
    inFlight: assumed(1, 'One descriptor after the other; what is fetched ahead is not published.'),
    completionWindow: published(
      1,
      'A channel writes the address of the last descriptor that is done, and all before it are (ioat_cleanup, drivers/dma/ioat/dma.c): in order.',
    ),
    interrupts: published(
      'per-list',
      'int_en is set for a descriptor that was prepared with DMA_PREP_INTERRUPT, and dcbm asks for the last one (drivers/dma/ioat/prep.c).',
    ),
  },
  queueEntries: null,
  linkGrows: false,
  costs: {
    dmaLatency: assumed(
      1500,
      'The CPU is slower than the engine only from 16 KiB on when its caches are cold (Vaidyanathan and Panda, OSU 2007, in a summary): a few µs in all.',
    ),
    dmaBandwidth: published(4.3, `${ZI_YAN_2019}.`),
    interruptHandler: SERIES_V3_OFFLOAD.interruptHandler,
    engineDescriptor: assumed(
      300,
      'Fetch of a 64-byte descriptor and write of the completion over the I/O bus; no published value.',
    ),
    engineIommuEntry: assumed(
      SERIES_V3_OFFLOAD.engineIommuEntry.value,
      'No published value; as fitted to PTDMA in the v3 tables.',
    ),
    channelBandwidth: published(
      4.3,
      `${ZI_YAN_2019}; the number of channels used is not known here, taken as one.`,
    ),
    engineBandwidth: published(4.3, `${ZI_YAN_2019}; as the channel.`),
    engineLink: published(11, `${ZI_YAN_2017}.`),
  },
};

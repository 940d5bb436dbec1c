/** AMD PTDMA, the engine of the series' measurements on Zen 3. */
import { SERIES_V3_OFFLOAD } from '../seriesV3Offload';
import type { DevicePreset } from './devicePreset';
import { assumed, published } from './devicePreset';

const V3 = '20250923174752.35701-1-shivankg@amd.com';

export const PTDMA: DevicePreset = {
  name: 'ptdma',
  title: 'AMD PTDMA, 16 functions',
  driver: 'ptdma',
  source: `drivers/dma/amd/ptdma; fitted to the tables of the v3 series (${V3}).`,
  shape: {
    channels: published(
      16,
      `v3 series (${V3}) used up to 16; one queue and so one channel per PCI function (MAX_HW_QUEUES 1, ptdma.h).`,
    ),
    engines: {
      value: 8,
      kind: 'fitted',
      source:
        'Fitted to the throughput tables of the v3 series: four channels reach 2.1 times one, so two neighbours share an engine.',
    },
    queueDepth: published(
      null,
      'Submitted descriptors wait in a list of the driver without a limit (virt-dma; ptdma-dmaengine.c, pt_issue_pending).',
    ),
    inFlight: published(
      1,
      'The next command is started from the completion of the one before (pt_cmd_callback, ptdma-dmaengine.c).',
    ),
    completionWindow: published(1, 'One command at a time (pt_cmd_callback): in order.'),
    interrupts: published(
      'per-descriptor',
      'SOC is turned into IOC: every command interrupts (pt_core_execute_cmd, ptdma-dev.c).',
    ),
  },
  queueEntries: null,
  linkGrows: false,
  costs: {
    dmaLatency: assumed(
      1872,
      'As fitted to the RFC v1 table, whose engine the cover letter does not name (20240614221525.19170-1-shivankg@amd.com).',
    ),
    dmaBandwidth: published(12.5, `v3 series (${V3}): one channel, 2 MB folios.`),
    interruptHandler: SERIES_V3_OFFLOAD.interruptHandler,
    engineDescriptor: SERIES_V3_OFFLOAD.engineDescriptor,
    engineIommuEntry: SERIES_V3_OFFLOAD.engineIommuEntry,
    channelBandwidth: SERIES_V3_OFFLOAD.channelBandwidth,
    engineBandwidth: SERIES_V3_OFFLOAD.engineBandwidth,
    engineLink: SERIES_V3_OFFLOAD.engineLink,
  },
};

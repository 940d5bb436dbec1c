/** Intel DSA (Data Streaming Accelerator) of Sapphire Rapids, by the idxd driver. */
import { SERIES_V3_OFFLOAD } from '../seriesV3Offload';
import type { DevicePreset } from './devicePreset';
import { assumed, published } from './devicePreset';

const BOX =
  'accel-config list of a Sapphire Rapids machine (gist Shamazo/73574278): 4 groups, 8 work queues, 4 engines, 128 entries';
const PAPER = 'Kuper et al., ASPLOS 2024 (arXiv 2305.02480)';
const PEAK = `About 30 GB/s for one device, known of ${PAPER}, not read in it.`;

export const DSA: DevicePreset = {
  name: 'dsa',
  title: 'Intel DSA, one device',
  driver: 'idxd',
  source: `${BOX}; speed assumed after ${PAPER}.`,
  shape: {
    channels: published(8, `${BOX}; each kernel work queue is one dmaengine channel.`),
    engines: assumed(
      1,
      'All queues and engines of a device share its way to memory: four engines gave no gain over one (bachelor thesis, git.constantin-fuerst.com). So the device counts as one engine here.',
    ),
    queueDepth: assumed(
      64,
      'A depth of 64 is typical for a kernel queue; prep returns NULL when its descriptors are out (comment in dcbm after v6).',
    ),
    inFlight: assumed(4, 'Each of the four engines of a group works on a descriptor.'),
    completionWindow: published(
      4,
      'Completions may be out of order across engines (note on v6 4/5, 20260619160725.lfcxrbj5go67qy6u@wrangler); four engines.',
    ),
    interrupts: assumed(
      'per-list',
      'A completion interrupt is asked for by descriptor (IDXD_OP_FLAG_RCI), and dcbm asks for the last one.',
    ),
  },
  queueEntries: published(128, `${BOX}.`),
  linkGrows: true,
  costs: {
    dmaLatency: assumed(
      600,
      'Synchronous offload pays from about 4 KiB on, where a CPU copies in some 400 ns: the order of magnitude; not published here.',
    ),
    dmaBandwidth: assumed(30, PEAK),
    interruptHandler: SERIES_V3_OFFLOAD.interruptHandler,
    engineDescriptor: assumed(
      200,
      'Asynchronous and batched offload pays from 256 B on: a few 100 ns in the engine for a descriptor; not published here.',
    ),
    engineIommuEntry: assumed(
      100,
      'An address translation request per page, kept in the device; no published value. A guess between nothing and the 400 ns of PTDMA.',
    ),
    channelBandwidth: assumed(30, `${PEAK} One queue is enough to reach it.`),
    engineBandwidth: assumed(30, PEAK),
    engineLink: assumed(30, PEAK),
  },
};

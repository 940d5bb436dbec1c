/** The document of `migtrace replay --json`; times in ns, sizes in bytes. */
import { recordedTotals } from '../../../analysis/replay';
import { compactionEvents } from '../../../engine/kernel/vmstat';
import type { RunCalls } from '../../../engine/sim/run';
import type { Played } from './played';

export function replayDocument(played: Played) {
  const { trace, run, latency, nodes } = played;
  const { dma, statistics } = run;
  const observed = recordedTotals(trace);
  const none = { mean: 0, sd: 0 };
  return {
    schema: 1,
    config: run.config,
    nodes,
    machine: { name: run.machine?.name, title: run.machine?.title, source: run.machine?.source },
    provenance: run.provenance,
    calls: run.calls.length,
    batches: run.batches.length,
    totals: run.totals,
    untried: run.untried,
    time: { total_ns: played.total_ns, makespan_ns: run.end / 1000, phases_ns: played.phases_ns },
    perPage: {
      migrate_pages_cycles: statistics?.migratePagesCycles ?? none,
      folio_copy_cycles: statistics?.folioCopyCycles ?? none,
      F: statistics?.fraction ?? none,
    },
    throughput_GBps: statistics?.throughputGBps ?? none,
    latency_ns: {
      firstFolio: latency?.firstFolio ?? { mean: 0, p50: 0, p99: 0 },
      blocked: latency?.blocked ?? { mean: 0, p50: 0, p99: 0, max: 0 },
    },
    cpu: played.cpu,
    dma: {
      busy_ns: dma.busy.map((ps) => ps / 1000),
      imbalance: played.imbalance,
      descriptors: dma.descriptors,
      bytes: dma.bytes,
      interrupts: dma.interrupts,
      interrupt_ns: dma.interruptTime / 1000,
      foliosMigrated: dma.foliosMigrated,
      foliosFailures: dma.foliosFailures,
      failures: dma.failures,
      fallbackFolios: dma.fallbackFolios,
      refusedBatches: dma.refusedBatches,
      declinedBatches: dma.declinedBatches,
      wastedCopies: dma.wastedCopies,
      prematureFolios: dma.prematureFolios,
      rewrittenFolios: dma.rewrittenFolios,
      coldTouch_ns: dma.coldTouch / 1000,
    },
    events: run.events,
    vmstat: played.vmstat,
    mm_compaction_migratepages: compactionEvents(run.calls),
    returned: returnedByCall(run.calls),
    observed: observed === null ? null : { totals: observed },
    agrees: played.agrees,
    engine: {
      folios: run.folioCount,
      events: run.segments.length,
      wall_ms: played.wall_ms,
      peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
    },
  };
}

/** What migrate_pages() returned, in the order of the calls in the trace; a run has them in the order in which they began. */
function returnedByCall({ source, returned }: RunCalls): number[] {
  const values: number[] = [];
  for (let row = 0; row < source.length; row++) values[source[row] as number] = returned[row] as number;
  return values;
}

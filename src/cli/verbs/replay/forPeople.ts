/** The tables of `migtrace replay`: what always matters, and of the counters those that moved. */
import type { FaultStage } from '../../../engine/sim/run';
import { FAULT_STAGES } from '../../../engine/sim/run';
import type { Vmstat } from '../../../engine/kernel/vmstat';
import { bytes, duration, plusMinus, textTable } from '../../table';
import type { Played } from './played';

export function forPeople(played: Played): string {
  const { run, agrees, vmstat, wall_ms } = played;
  const verdict =
    agrees === null
      ? 'nothing recorded to compare with'
      : agrees
        ? 'totals equal the recorded ones'
        : 'totals DIFFER from the recorded ones';
  const engine = dmaRows(played);
  return [
    `${run.title} on ${run.machine?.name ?? ''}: ${run.calls.length} calls, ${run.batches.length} batches, ${run.folioCount} folios; ${verdict}`,
    '',
    textTable(['', 'simulated'], mainRows(played)),
    ...(engine.length === 0 ? [] : [textTable(['copies elsewhere', 'simulated'], engine)]),
    textTable(['vmstat', 'simulated'], vmstatRows(vmstat)),
    `played in ${wall_ms.toFixed(1)} ms`,
    '',
  ].join('\n');
}

function mainRows({ run, latency, cpu, total_ns }: Played): string[][] {
  const s = run.statistics;
  const { copies, locks } = cpu.sleepFor_ns;
  return [
    ['pages moved', String(run.totals.nr_succeeded)],
    ['pages failed', String(run.totals.nr_failed)],
    ['pages untried', String(run.untried)],
    ['migrate_pages', s === null ? '–' : `${plusMinus(s.migratePagesCycles, 2)} cycles/page`],
    ['folio_copy', s === null ? '–' : `${plusMinus(s.folioCopyCycles, 2)} cycles/page`],
    ['F', s === null ? '–' : plusMinus(s.fraction, 4)],
    ['throughput', s === null ? '–' : `${plusMinus(s.throughputGBps, 3)} GB/s`],
    ['first folio', latency === null ? '–' : duration(latency.firstFolio.mean)],
    ['blocked p99', latency === null ? '–' : duration(latency.blocked.p99)],
    ['in migrate_pages()', duration(total_ns)],
    ...(copies > 0 ? [['asleep for copies', duration(copies)]] : []),
    ...(locks > 0 ? [['asleep for locks, writeback', duration(locks)]] : []),
    ...(cpu.sleep_ns > 0 ? [['CPU time given back', duration(cpu.freed_ns)]] : []),
  ];
}

/** Of engines and worker threads; nothing where none was used or asked for. */
function dmaRows({ run, imbalance }: Played): string[][] {
  const { dma } = run;
  const busiest = dma.busy.reduce((most, ps) => Math.max(most, ps), 0);
  const used = dma.busy.filter((ps) => ps > 0).length;
  const counted = (name: string, count: number) => (count === 0 ? [] : [[name, String(count)]]);
  return [
    ...(used === 0
      ? []
      : [['used', `${used} of ${run.channels.length}, busiest ${duration(busiest / 1000)}`]]),
    ...(used < 2 || imbalance === null ? [] : [['busiest over mean', imbalance.toFixed(3)]]),
    ...(dma.bytes === 0 ? [] : [['bytes', bytes(dma.bytes)]]),
    ...counted('descriptors', dma.descriptors),
    ...(dma.interrupts === 0
      ? []
      : [['interrupts', `${dma.interrupts}, ${duration(dma.interruptTime / 1000)}`]]),
    ...counted('folios_migrated', dma.foliosMigrated),
    ...counted('folios_failures', dma.foliosFailures),
    ...FAULT_STAGES.flatMap((stage: FaultStage) => counted(`failed: ${stage}`, dma.failures[stage])),
    ...counted('batches refused', dma.refusedBatches),
    ...counted('batches left to the CPU', dma.declinedBatches),
    ...counted('folios copied by the CPU instead', dma.fallbackFolios),
    ...counted('folios copied for nothing', dma.wastedCopies),
    ...counted('folios copied again, written', dma.rewrittenFolios),
    ...counted('folios remapped BEFORE their copy', dma.prematureFolios),
    ...(dma.coldTouch === 0 ? [] : [['first touch of cold contents', duration(dma.coldTouch / 1000)]]),
  ];
}

/** Counters that moved, and the two that always say something. */
function vmstatRows(vmstat: Vmstat): string[][] {
  return Object.entries(vmstat)
    .filter(([name, value]) => value > 0 || name.startsWith('pgmigrate_'))
    .map(([name, value]) => [name, String(value)]);
}

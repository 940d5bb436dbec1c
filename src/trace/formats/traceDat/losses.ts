/** What a recorder lost: as the pages say it, and as the statistics of the ring buffer say it. */
import type { Recording } from '../../calls/recording';

interface CpuLoss {
  readonly cpu: number;
  readonly lost: number;
  readonly lostUnknown: number;
}

/**
 * Events that the texts of per_cpu/cpuN/stats know to be lost and no page tells of: overwritten ones whose number had
 * no room on its page, and those dropped because nothing may be overwritten.
 */
export function lostBesides(stats: readonly string[], cursors: readonly CpuLoss[]): number {
  let said = 0;
  for (const text of stats) said += statistic(text, 'overrun') + statistic(text, 'dropped events');
  const told = cursors.reduce((sum, { lost }) => sum + lost, 0);
  return Math.max(0, said - told);
}

/** One problem that says how many events are missing, and on which CPUs. */
export function noteLosses(recording: Recording, cursors: readonly CpuLoss[]): void {
  const perCpu = new Map<number, { lost: number; isAtLeast: boolean }>();
  for (const { cpu, lost, lostUnknown } of cursors) {
    if (lost === 0 && lostUnknown === 0) continue;
    const sum = perCpu.get(cpu) ?? { lost: 0, isAtLeast: false };
    perCpu.set(cpu, { lost: sum.lost + lost, isAtLeast: sum.isAtLeast || lostUnknown > 0 });
  }
  const total = [...perCpu.values()].reduce((sum, { lost }) => sum + lost, 0) + recording.overrun;
  if (perCpu.size === 0 && total === 0) return;
  const where = [...perCpu].map(
    ([cpu, { lost, isAtLeast }]) => `CPU ${cpu}: ${isAtLeast ? `${lost} or more` : lost}`,
  );
  const beside = recording.overrun > 0 ? [`by the buffer's statistics: ${recording.overrun}`] : [];
  recording.problems.add(
    `The recorder was too slow: ${total} events are missing (${[...where.slice(0, 8), ...(where.length > 8 ? ['…'] : []), ...beside].join('; ')}). Sums and calls are incomplete there.`,
    'Record with a larger buffer: trace-cmd record -b 65536 (KiB per CPU), or fewer events.',
  );
}

function statistic(text: string, name: string): number {
  const match = new RegExp(`^${name}:\\s*(\\d{1,15})\\s*$`, 'm').exec(text);
  return match === null ? 0 : Number(match[1]);
}

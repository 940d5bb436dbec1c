/** Random runs of every design, fate, kernel and machine, and instants of them worth a look. */
import fc from 'fast-check';
import { SERIES_V3_ZEN3 } from '../../../src/engine/machine/presets/seriesV3Zen3';
import type { Run } from '../../../src/engine/sim/run';
import { COPY_PATHS, KERNEL_RULES } from '../../../src/engine/sim/run';
import { simulate } from '../../../src/engine/sim/simulate';
import { isPlayable } from '../../support/workloads';
import { oracleCase } from '../oracle/arbitraries';
import { MAX_STEPS, stepDurations } from '../../../src/engine/sim/segmentShapes';

/** Every design under every kernel that has a place for it. */
const DESIGNS = COPY_PATHS.flatMap((path) => KERNEL_RULES.map((kernel) => ({ path, kernel }))).filter(
  isPlayable,
);

export const simulatedRun: fc.Arbitrary<Run> = fc
  .record({
    play: oracleCase,
    design: fc.constantFrom(...DESIGNS),
    channels: fc.integer({ min: 1, max: 6 }),
    isSeries: fc.boolean(),
  })
  .map(({ play, design, channels, isSeries }) => {
    const config = { ...play.config, ...design, channels, threads: 3 };
    return simulate(play.workload, { machine: isSeries ? SERIES_V3_ZEN3 : play.machine, config });
  });

/** Instants of a run: anywhere, and at, before and after the ends of steps of folios. */
export function instantsOf(run: Run, picks: readonly number[]): number[] {
  const { segments } = run;
  return picks.flatMap((pick) => {
    const anywhere = (run.end * (pick % 1009)) / 1008;
    if (segments.length === 0) return [anywhere];
    const segment = pick % segments.length;
    const count = segments.count[segment] ?? 0;
    const folio = count === 0 ? 0 : pick % count;
    let at = (segments.start[segment] ?? 0) + folio * (segments.period[segment] ?? 0);
    const ends = stepDurations(run, segment)
      .slice(0, 1 + (pick % MAX_STEPS))
      .map((duration) => (at += duration));
    const last = ends.at(-1) ?? at;
    return [Math.floor(anywhere), anywhere, last - 1, last, last + 1];
  });
}

export const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });

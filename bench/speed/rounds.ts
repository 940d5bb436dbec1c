/** Rounds: everyone who plays a case, one after the other, each in a fresh process; then all of them again. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { ContenderName } from './contenders';
import type { Measured } from './measured';
import { measureSimpy } from './simpy';
import type { BenchCase } from './workloads';

export type PlayerName = ContenderName | 'simpy';

/** One player at one size: all its rounds. `why` says why there are none. */
export interface Row {
  readonly benchCase: BenchCase;
  readonly folios: number;
  readonly player: PlayerName;
  readonly rounds: readonly Measured[];
  readonly why: string | null;
}

/** A yardstick is asked for no size that would take it longer than this, s of CPU time; what takes the engine longer is played in one round. */
const LONGEST_S = 20;

export interface RoundOptions {
  readonly rounds: number;
  readonly sizes: readonly number[];
  readonly python: string | null;
}

/** All sizes of one case. A player that would take too long, or fails, is asked for no larger size. */
export function* measureCase(benchCase: BenchCase, options: RoundOptions): Iterable<readonly Row[]> {
  const stopped = new Map<PlayerName, string>();
  const nsPerFolio = new Map<PlayerName, number>();
  for (const folios of options.sizes.filter((size) => size <= benchCase.largest)) {
    const measured = new Map<PlayerName, Measured[]>(playersOf(benchCase).map((name) => [name, []]));
    for (const player of measured.keys()) {
      const limit =
        player === 'oracle' || player === 'plain' || player === 'simpy'
          ? benchCase.yardsticks[player]
          : undefined;
      const seconds = limit === undefined ? 0 : ((nsPerFolio.get(player) ?? 0) * folios) / 1e9;
      if (player === 'simpy' && options.python === null) stopped.set(player, 'not installed');
      else if (limit !== undefined && folios > limit) stopped.set(player, 'not asked for');
      else if (seconds > LONGEST_S) stopped.set(player, `would take about ${seconds.toFixed(0)} s`);
    }
    for (let round = 0; round < options.rounds; round++) {
      for (const [player, rounds] of measured) {
        if (stopped.has(player) || rounds.some(({ coldNs }) => coldNs > LONGEST_S * 1e9)) continue;
        const result = measure(player, benchCase, folios, options.python);
        if (typeof result === 'string') stopped.set(player, result);
        else rounds.push(result);
      }
    }
    yield [...measured].map(([player, rounds]): Row => {
      if (rounds.length > 0) nsPerFolio.set(player, median(rounds.map(({ warmNs }) => warmNs)) / folios);
      return {
        benchCase,
        folios,
        player,
        rounds,
        why: rounds.length > 0 ? null : (stopped.get(player) ?? null),
      };
    });
  }
}

function playersOf(benchCase: BenchCase): PlayerName[] {
  const yardsticks = (['oracle', 'plain', 'simpy'] as const).filter(
    (name) => benchCase.yardsticks[name] !== undefined,
  );
  return ['engine', 'summary', ...yardsticks];
}

function measure(
  player: PlayerName,
  benchCase: BenchCase,
  folios: number,
  python: string | null,
): Measured | string {
  if (player === 'simpy') return measureSimpy(python ?? '', benchCase, folios);
  const script = path.join(__dirname, 'measure.js');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [script, benchCase.name, player, String(folios)],
    {
      encoding: 'utf8',
    },
  );
  if (status === 0) return JSON.parse(stdout) as Measured;
  return stderr.includes('heap out of memory')
    ? 'out of memory'
    : `failed: ${stderr.trim().split('\n').at(-1)}`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

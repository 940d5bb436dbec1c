/** The goals of speed, each with what was measured. */
import type { FirstAnswer } from './measured';
import type { Usage } from './product';
import type { PlayerName, Row } from './rounds';
import { median } from './rounds';
import { digits, ratioOf } from './table';
import { FIFO_CASE, GOAL_CASE, ONE_TASK_CASE } from './workloads';

/** `reached` null: not measured, `measured` says why. */
export interface Goal {
  readonly goal: string;
  readonly measured: string;
  readonly reached: boolean | null;
}

export interface ProductFigures {
  readonly name: string;
  readonly firstAnswer: FirstAnswer;
  readonly cliFolios: number;
  readonly cli: Usage;
}

const SIMPY_TIMES = 2_500;
const SIMPY_TIMES_SUMMARY = 20_000;
const GROWTH = 1.5;
const BYTES_PER_FOLIO = 8;
const FIRST_ANSWER_MS = 50;
/** Folios that the command line replays. */
export const CLI_FOLIOS = 1e7;
const CLI_MS = 2_000;
const CLI_BYTES = 300e6;
/** The size that the ratio to SimPy is taken at, where it was measured; else the largest below. */
const RATIO_FOLIOS = 1e6;

export function goalsOf(rows: readonly Row[], product: readonly ProductFigures[]): Goal[] {
  return [
    ...[GOAL_CASE, FIFO_CASE, ONE_TASK_CASE].flatMap((name) => [
      simpyGoal(rows, name, 'engine', SIMPY_TIMES, 'with per-folio times available'),
      simpyGoal(rows, name, 'summary', SIMPY_TIMES_SUMMARY, 'summary only'),
    ]),
    growthGoal(rows),
    bytesGoal(rows),
    ...product.map(answerGoal),
    ...product.map(cliGoal),
  ];
}

function answerGoal({ name, firstAnswer: { online, opened, answered } }: ProductFigures): Goal {
  const stages = `thread runs after ${online.wallMs.toFixed(0)}, trace read after ${opened.wallMs.toFixed(0)}`;
  return {
    goal: `${name}: first answer for 65,536 folios from a fresh thread ≤ ${FIRST_ANSWER_MS} ms`,
    measured: `${answered.wallMs.toFixed(0)} ms by the clock (${stages}), ${answered.cpuMs.toFixed(0)} ms CPU`,
    reached: answered.wallMs <= FIRST_ANSWER_MS,
  };
}

function cliGoal({ name, cliFolios, cli: { wallMs, cpuMs, peakBytes } }: ProductFigures): Goal {
  const time = `${(wallMs / 1000).toFixed(2)} s by the clock, ${(cpuMs / 1000).toFixed(2)} s CPU`;
  return {
    goal: `${name}: 1e7 folios replayed by the command line in < 2 s and 300 MB`,
    measured: `${cliFolios.toExponential(0)} folios, ${time}, ${(peakBytes / 1e6).toFixed(0)} MB at the peak`,
    reached: cliFolios < CLI_FOLIOS ? null : wallMs < CLI_MS && peakBytes <= CLI_BYTES,
  };
}

function simpyGoal(
  rows: readonly Row[],
  name: string,
  player: PlayerName,
  times: number,
  what: string,
): Goal {
  const goal = `${name}: ≥ ${times.toLocaleString('en')} times as fast as SimPy, ${what}`;
  const measured = rows
    .filter((row) => row.player === 'simpy' && row.benchCase.name === name && row.folios <= RATIO_FOLIOS)
    .filter((row) => row.rounds.length > 0)
    .toSorted((x, y) => y.folios - x.folios)[0];
  const fast = rows.find(
    (row) => row.player === player && row.benchCase.name === name && row.folios === measured?.folios,
  );
  const ratio = measured === undefined || fast === undefined ? null : ratioOf(measured, fast);
  if (ratio === null) return { goal, measured: 'SimPy was not measured', reached: null };
  return {
    goal,
    measured: `${digits(ratio)}x at ${measured?.folios.toExponential(0)} folios`,
    reached: ratio >= times,
  };
}

function growthGoal(rows: readonly Row[]): Goal {
  const engine = rows.filter(
    (row) => row.player === 'engine' && row.benchCase.name === GOAL_CASE && row.rounds.length > 0,
  );
  const ns = engine.map((row) => median(row.rounds.map(({ warmNs }) => warmNs)) / row.folios);
  const growth = Math.max(...ns) / Math.min(...ns);
  const goal = `${GOAL_CASE}: ns per folio within ${GROWTH}x from 1e4 to 1e7 folios, warm`;
  if (engine.at(-1)?.folios !== 1e7 || engine[0]?.folios !== 1e4)
    return { goal, measured: 'not all sizes were measured', reached: null };
  return {
    goal,
    measured: `${digits(growth)}x (${ns.map(digits).join(', ')} ns)`,
    reached: growth <= GROWTH,
  };
}

function bytesGoal(rows: readonly Row[]): Goal {
  const goal = `${GOAL_CASE}: ≤ ${BYTES_PER_FOLIO} bytes of a run per folio`;
  const last = rows.findLast(
    (row) => row.player === 'engine' && row.benchCase.name === GOAL_CASE && row.rounds.length > 0,
  );
  const bytes = last?.rounds[0]?.outcome.bytes ?? null;
  if (last === undefined || bytes === null) return { goal, measured: 'not measured', reached: null };
  const each = bytes / last.folios;
  return {
    goal,
    measured: `${digits(each)} B at ${last.folios.toExponential(0)} folios`,
    reached: each <= BYTES_PER_FOLIO,
  };
}

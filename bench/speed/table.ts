/** What the rounds came to, as text. */
import type { PlayerName, Row } from './rounds';
import { median } from './rounds';

const TITLES: Readonly<Record<PlayerName, string>> = {
  engine: 'engine',
  summary: 'engine, summary only',
  oracle: 'oracle (object and log per folio)',
  plain: 'closures and event objects',
  simpy: 'SimPy 2.3',
};

export function tableHead(): string {
  return columns([
    'folios',
    '',
    'cold ns',
    'warm ns',
    'to engine',
    'B/folio',
    'steps/folio',
    'calls (end) apart',
    '',
  ]);
}

/** Lines of one size of a case, the engine's row first. */
export function tableRows(rows: readonly Row[]): string[] {
  const engine = rows.find(({ player, rounds }) => player === 'engine' && rounds.length > 0);
  return rows.map((row) => {
    const title = TITLES[row.player];
    const folios = row.folios.toExponential(0).replace('+', '');
    if (row.rounds.length === 0) return columns([folios, title, '–', '–', '–', '–', '–', '–', row.why ?? '']);
    const per = (ns: readonly number[]) => digits(median(ns) / row.folios);
    const outcome = row.rounds[0]?.outcome;
    const apart = engine === undefined || engine === row ? null : distance(engine, row);
    return columns([
      folios,
      title,
      per(row.rounds.map(({ coldNs }) => coldNs)),
      per(row.rounds.map(({ warmNs }) => warmNs)),
      engine === undefined ? '–' : `${digits(ratioOf(row, engine) ?? NaN)}x`,
      outcome === undefined || outcome.bytes === null ? '–' : digits(outcome.bytes / row.folios),
      digits((outcome?.steps ?? NaN) / row.folios),
      apart === null ? '' : sameTime(apart),
      row.rounds.length < 5 ? `${row.rounds.length} round(s)` : '',
    ]);
  });
}

/** Median over the rounds of how many times as long the first takes as the second, warm; each against its neighbour in the round. */
export function ratioOf(slow: Row, fast: Row): number | null {
  const both = Math.min(slow.rounds.length, fast.rounds.length);
  if (both === 0) return null;
  return median(
    slow.rounds.slice(0, both).map(({ warmNs }, round) => warmNs / (fast.rounds[round]?.warmNs ?? NaN)),
  );
}

/** How far two players are apart in simulated time, relatively: time in calls and pages moved, the larger; and the end of the run. */
export function distance(x: Row, y: Row): { inCalls: number; end: number } {
  const a = x.rounds[0]?.outcome;
  const b = y.rounds[0]?.outcome;
  if (a === undefined || b === undefined) return { inCalls: NaN, end: NaN };
  const apart = (one: number, other: number) => Math.abs(one - other) / Math.max(1, one);
  return { inCalls: Math.max(apart(a.busy, b.busy), apart(a.moved, b.moved)), end: apart(a.end, b.end) };
}

function sameTime({ inCalls, end }: { inCalls: number; end: number }): string {
  if (inCalls === 0 && end === 0) return 'equal';
  return `${(100 * inCalls).toPrecision(2)} % (${(100 * end).toPrecision(2)} %)`;
}

export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

const WIDTHS = [7, 34, 9, 9, 10, 9, 12, 20] as const;

function columns(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i === 1 ? cell.padEnd(WIDTHS[i]) : cell.padStart(WIDTHS[i] ?? 0)))
    .join(' ')
    .trimEnd();
}

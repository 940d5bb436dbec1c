/**
 * The cover letter's question as two charts: cycles per page by phase, and F, by design and size, with
 * the RFC's own values drawn in.
 */
import type { CopyPathName } from '../../../engine/sim/run';
import { PATHS } from '../../../engine/kernel/copyPath/registry';
import type { ChartDataset } from 'chart.js';
import type { OverheadRow, OverheadTable } from '../../../analysis/overhead';
import type { Phase } from '../../../engine/sim/run';
import { PHASES } from '../../../engine/sim/run';
import { el } from '../dom';
import { formatCount, formatCycles, formatCyclesSd, formatFraction } from '../format';
import type { Theme } from '../theme';
import { onThemeChange, PHASE_LABELS, theme } from '../theme';
import type { BarMark } from './barMarks';
import { barMarks, levelLine } from './barMarks';
import { DESIGN_FACTS } from '../../../protocol/designFacts';
import { barOptions, Chart, fillOf, valueTicks } from './chartSetup';

export interface OverheadCharts {
  readonly element: HTMLElement;
  set(table: OverheadTable): void;
  setLinear(linear: boolean): void;
  /** F as measured in the recording, drawn across the chart; null where it was not. */
  setRecorded(fraction: number | null): void;
  dispose(): void;
}

/** From the axis upwards. */
const STACK: readonly Phase[] = ['copy', 'remap', 'other', 'flush', 'unmap'];
type Floating = ChartDataset<'bar', (readonly [number, number] | null)[]>;

export function createOverheadCharts(): OverheadCharts {
  const phaseCanvas = el('canvas', { attributes: { role: 'img' } });
  const fractionCanvas = el('canvas', { attributes: { role: 'img' } });
  const element = el(
    'div',
    { class: 'charts' },
    el(
      'figure',
      {},
      el('figcaption', { text: 'cycles per page, by phase' }),
      el('div', { class: 'chart-box' }, phaseCanvas),
    ),
    el(
      'figure',
      {},
      el('figcaption', { text: 'F, the share of the copy' }),
      el('div', { class: 'chart-box' }, fractionCanvas),
    ),
  );
  let table: OverheadTable | null = null;
  let linear = false;
  let recorded: number | null = null;
  let charts: Chart<'bar'>[] = [];

  const draw = () => {
    for (const chart of charts) chart.destroy();
    charts = [];
    if (table === null) return;
    const grid = gridOf(table);
    charts = [phaseChart(phaseCanvas, grid, linear), fractionChart(fractionCanvas, grid, recorded)];
    phaseCanvas.setAttribute(
      'aria-label',
      describe('Cycles per page', table, (row) => formatCycles(row.migratePages.mean)),
    );
    fractionCanvas.setAttribute(
      'aria-label',
      `${describe('F', table, (row) => formatFraction(row.fraction.mean))}${recorded === null ? '' : ` ${recordedText(recorded)}.`}`,
    );
  };
  const unwatch = onThemeChange(draw);
  return {
    element,
    set(next) {
      table = next;
      draw();
    },
    setLinear(next) {
      if (linear === next) return;
      linear = next;
      draw();
    },
    setRecorded(next) {
      if (recorded === next) return;
      recorded = next;
      draw();
    },
    dispose() {
      unwatch();
      for (const chart of charts) chart.destroy();
    },
  };
}

/** What the letters below the bars and the marks on them stand for. */
export function chartKeyOf(table: OverheadTable): string {
  const letters = gridOf(table).paths.map((path) => `${DESIGN_FACTS[path].letter} ${PATHS[path].title}`);
  const rest = [
    '○ published in the RFC, ± SD',
    'on the log axis, parts divide a bar by their share of its total',
  ];
  return [...letters, ...rest].join(' · ');
}

interface Grid {
  readonly sizes: readonly string[];
  readonly paths: readonly CopyPathName[];
  row(path: string, size: string): OverheadRow | undefined;
}

function gridOf(table: OverheadTable): Grid {
  return {
    sizes: [...new Set(table.rows.map((row) => row.size))],
    paths: [...new Set(table.rows.map((row) => row.path))],
    row: (path, size) => table.rows.find((row) => row.path === path && row.size === size),
  };
}

/** Total of a bar: the sum of its phases at mean costs. */
function totalOf(row: OverheadRow): number {
  return PHASES.reduce((sum, phase) => sum + row.phases[phase], 0);
}

/** Where phase `i` of the stack begins and ends. On a logarithmic axis the bar's height is its total and the parts are shares of that height. */
function stretch(row: OverheadRow, i: number, axisMin: number, linear: boolean): readonly [number, number] {
  const total = totalOf(row);
  const below = STACK.slice(0, i).reduce((sum, phase) => sum + row.phases[phase], 0);
  const above = below + row.phases[STACK[i] as Phase];
  if (linear) return [below, above];
  const at = (part: number) => axisMin * (total / axisMin) ** (part / total);
  return [at(below), at(above)];
}

function phaseChart(canvas: HTMLCanvasElement, grid: Grid, linear: boolean): Chart<'bar'> {
  const colors = theme();
  const rows = grid.paths.flatMap((path) => grid.sizes.map((size) => grid.row(path, size)));
  const least = Math.min(...rows.map((row) => (row === undefined ? Infinity : totalOf(row))));
  const axisMin = linear ? 0 : 10 ** Math.floor(Math.log10(least / 1.5));
  const datasets: Floating[] = grid.paths.flatMap((path) =>
    STACK.map((phase, i) => ({
      label: PHASE_LABELS[phase],
      stack: path,
      backgroundColor: fillOf(colors.phases[phase]),
      categoryPercentage: 0.78,
      barPercentage: 0.86,
      data: grid.sizes.map((size) => {
        const row = grid.row(path, size);
        return row === undefined ? null : stretch(row, i, axisMin, linear);
      }),
    })),
  );
  const marks = marksOf(grid, STACK.length, (row) => row.published?.migratePages ?? null);
  const options = barOptions(colors);
  const y = {
    ...valueTicks(colors),
    type: linear ? ('linear' as const) : ('logarithmic' as const),
    stacked: false,
    min: axisMin,
    afterBuildTicks: (axis: { min: number; max: number; ticks: { value: number }[] }) => {
      if (!linear) axis.ticks = logTicks(axis.min, axis.max);
    },
    suggestedMax: Math.max(
      ...rows.map((row) => (row?.published?.migratePages.mean ?? 0) + (row?.published?.migratePages.sd ?? 0)),
    ),
  };
  return new Chart(canvas, {
    type: 'bar',
    data: { labels: [...grid.sizes], datasets: datasets as ChartDataset<'bar'>[] },
    options: {
      ...options,
      plugins: {
        ...options.plugins,
        tooltip: { ...options.plugins?.tooltip, callbacks: phaseTooltip(grid) },
      },
      scales: {
        ...options.scales,
        y: { ...y, ticks: { ...y.ticks, callback: (value) => shortCycles(Number(value)) } },
      },
    },
    plugins: [barMarks(() => marks)],
  });
}

function phaseTooltip(grid: Grid) {
  const rowOf = (dataset: number, index: number) =>
    grid.row(grid.paths[Math.floor(dataset / STACK.length)] ?? '', grid.sizes[index] ?? '');
  return {
    title: (items: readonly { datasetIndex: number; dataIndex: number }[]) => {
      const [item] = items;
      const row = item === undefined ? undefined : rowOf(item.datasetIndex, item.dataIndex);
      return row === undefined ? '' : `${PATHS[row.path].title} · ${row.size}`;
    },
    label: (item: { datasetIndex: number; dataIndex: number }) => {
      const row = rowOf(item.datasetIndex, item.dataIndex);
      if (row === undefined) return '';
      const total = totalOf(row);
      const lines = STACK.map((phase) => {
        const cycles = row.phases[phase];
        return `${PHASE_LABELS[phase]} ${formatCycles(cycles)} (${((cycles / total) * 100).toFixed(1)} %)`;
      }).toReversed();
      lines.unshift(`migrate_pages ${formatCyclesSd(row.migratePages)} cycles/page`);
      if (row.published !== null) lines.push(`RFC ${formatCyclesSd(row.published.migratePages)}`);
      return lines;
    },
  };
}

/** What the line across the chart of F says; the recorded run tells the same in the summary. */
function recordedText(fraction: number): string {
  return `recorded ${formatFraction(fraction)}`;
}

function fractionChart(canvas: HTMLCanvasElement, grid: Grid, recorded: number | null): Chart<'bar'> {
  const colors = theme();
  const options = barOptions(colors);
  const marks = marksOf(grid, 1, (row) => row.published?.fraction ?? null);
  return new Chart(canvas, {
    type: 'bar',
    data: {
      labels: [...grid.sizes],
      datasets: grid.paths.map((path) => ({
        label: PATHS[path].title,
        stack: path,
        backgroundColor: fillOf(colors.phases.copy),
        categoryPercentage: 0.78,
        barPercentage: 0.86,
        data: grid.sizes.map((size) => grid.row(path, size)?.fraction.mean ?? null),
      })),
    },
    options: {
      ...options,
      plugins: {
        ...options.plugins,
        tooltip: {
          ...options.plugins?.tooltip,
          callbacks: {
            title: ([item]) =>
              item === undefined ? '' : `${item.dataset.label ?? ''} · ${grid.sizes[item.dataIndex] ?? ''}`,
            label: (item) => {
              const row = grid.row(grid.paths[item.datasetIndex] ?? '', grid.sizes[item.dataIndex] ?? '');
              if (row === undefined) return '';
              const lines = [`F ${formatFraction(row.fraction.mean)} ± ${formatFraction(row.fraction.sd)}`];
              if (row.published !== null) {
                const { mean, sd } = row.published.fraction;
                lines.push(`RFC ${formatFraction(mean)} ± ${formatFraction(sd)}`);
              }
              return lines;
            },
          },
        },
      },
      scales: { ...options.scales, y: fractionAxis(colors) },
    },
    plugins: [barMarks(() => marks), levelLine(recorded, recorded === null ? '' : recordedText(recorded))],
  });
}

function fractionAxis(colors: Theme) {
  const axis = valueTicks(colors);
  return { ...axis, stacked: false, min: 0, max: 1, ticks: { ...axis.ticks, stepSize: 0.2 } };
}

function marksOf(
  grid: Grid,
  perPath: number,
  published: (row: OverheadRow) => BarMark['published'],
): readonly BarMark[] {
  return grid.paths.flatMap((path, p) =>
    grid.sizes.map((size, index) => {
      const row = grid.row(path, size);
      return {
        dataset: p * perPath,
        index,
        letter: DESIGN_FACTS[path].letter,
        published: row === undefined ? null : published(row),
      };
    }),
  );
}

/** 1 and 3 times the powers of ten. */
function logTicks(min: number, max: number): { value: number }[] {
  const ticks: { value: number }[] = [];
  for (let power = 10 ** Math.floor(Math.log10(min)); power <= max; power *= 10) {
    for (const value of [power, power * 3]) if (value >= min && value <= max) ticks.push({ value });
  }
  return ticks;
}

/** `3k`. */
function shortCycles(value: number): string {
  return value >= 1000 ? `${formatCount(value / 1000)}k` : formatCount(value);
}

function describe(what: string, table: OverheadTable, text: (row: OverheadRow) => string): string {
  const parts = table.rows.map((row) => `${PATHS[row.path].title} ${row.size} ${text(row)}`);
  return `${what} by design and size: ${parts.join(', ')}. The table below has the same numbers.`;
}

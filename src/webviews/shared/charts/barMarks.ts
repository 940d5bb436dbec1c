/** A chart.js plugin: letters of the designs below the bars, and published values as circles with whiskers. */
import type { Chart, Plugin } from 'chart.js';
import type { MeanSd } from '../../../base/statistics';
import { theme } from '../theme';

export interface BarMark {
  /** Dataset whose bar the mark belongs to, and which of its bars. */
  readonly dataset: number;
  readonly index: number;
  readonly letter: string;
  readonly published: MeanSd | null;
}

/** `marks` is asked at each drawing. */
export function barMarks(marks: () => readonly BarMark[]): Plugin<'bar'> {
  return {
    id: 'barMarks',
    afterDatasetsDraw(chart) {
      for (const mark of marks()) drawMark(chart, mark);
    },
  };
}

/** A chart.js plugin: a dashed line across all bars at `value`, named; nothing where it is null. */
export function levelLine(value: number | null, name: string): Plugin<'bar'> {
  return {
    id: 'levelLine',
    afterDatasetsDraw({ ctx: context, chartArea, scales }) {
      const y = value === null ? undefined : scales['y']?.getPixelForValue(value);
      if (y === undefined) return;
      const colors = theme();
      context.save();
      context.strokeStyle = colors.text;
      context.lineWidth = 1.25;
      context.setLineDash([5, 4]);
      context.beginPath();
      context.moveTo(chartArea.left, y);
      context.lineTo(chartArea.right, y);
      context.stroke();
      context.font = `10px ${colors.fontFamily}`;
      context.textAlign = 'left';
      context.textBaseline = 'bottom';
      // Bars may lie below the name.
      context.setLineDash([]);
      context.lineJoin = 'round';
      context.lineWidth = 4;
      context.strokeStyle = colors.backgroundCss;
      context.strokeText(name, chartArea.left + 4, y - 2);
      context.fillStyle = colors.text;
      context.fillText(name, chartArea.left + 4, y - 2);
      context.restore();
    },
  };
}

function drawMark(chart: Chart<'bar'>, mark: BarMark): void {
  const bar = chart.getDatasetMeta(mark.dataset).data[mark.index];
  const scale = chart.scales['y'];
  if (bar === undefined || scale === undefined) return;
  const { ctx: context, chartArea } = chart;
  const colors = theme();
  const { x } = bar;
  context.save();
  context.font = `10px ${colors.fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = colors.muted;
  context.fillText(mark.letter, x, chartArea.bottom + 10);
  if (mark.published !== null) {
    const { mean, sd } = mark.published;
    const at = (value: number) =>
      Math.min(chartArea.bottom, Math.max(chartArea.top, scale.getPixelForValue(Math.max(value, scale.min))));
    context.strokeStyle = colors.text;
    context.lineWidth = 1.25;
    context.beginPath();
    context.moveTo(x, at(mean + sd));
    context.lineTo(x, at(mean - sd));
    for (const end of [at(mean + sd), at(mean - sd)]) {
      context.moveTo(x - 3, end);
      context.lineTo(x + 3, end);
    }
    context.stroke();
    context.beginPath();
    context.arc(x, at(mean), 3.5, 0, Math.PI * 2);
    context.fillStyle = colors.backgroundCss;
    context.fill();
    context.stroke();
  }
  context.restore();
}

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

/** chart.js with only what is used, and the colours every chart shares. */
import type { ChartOptions } from 'chart.js';
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  LinearScale,
  LogarithmicScale,
  Tooltip,
} from 'chart.js';
import { cssOf } from '../color';
import type { Theme } from '../theme';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, LogarithmicScale, Tooltip);

export { Chart };

/** Options all bar charts have: no animation, theme colours, room for the letters. */
export function barOptions(colors: Theme): ChartOptions<'bar'> {
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    color: colors.muted,
    font: { family: colors.fontFamily, size: 11 },
    interaction: { mode: 'nearest', intersect: true },
    layout: { padding: { top: 6 } },
    plugins: {
      tooltip: {
        backgroundColor: colors.tooltip.background,
        titleColor: colors.tooltip.foreground,
        bodyColor: colors.tooltip.foreground,
        borderColor: colors.tooltip.border,
        borderWidth: 1,
        cornerRadius: 3,
        padding: 8,
        displayColors: false,
        titleFont: { family: colors.fontFamily, size: 11 },
        bodyFont: { family: colors.fontFamily, size: 11 },
      },
    },
    scales: {
      x: {
        stacked: true,
        grid: { display: false },
        border: { color: colors.line },
        ticks: { color: colors.text, padding: 16, font: { family: colors.fontFamily, size: 11 } },
      },
    },
  };
}

export function valueTicks(colors: Theme) {
  return {
    grid: { color: colors.gridLine, drawTicks: false },
    border: { display: false },
    ticks: { color: colors.muted, padding: 6, font: { family: colors.fontFamily, size: 11 } },
  };
}

/** A colour of the theme, as chart.js takes it. */
export const fillOf = cssOf;

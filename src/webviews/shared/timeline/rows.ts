/** Which rows a timeline has, and where each lies. */
import type { RunView } from '../runView';
import { shownChannels } from '../runView';

export const RULER_HEIGHT = 24;
export const GUTTER = 128;

export interface Row {
  readonly kind: 'lane' | 'channel' | 'flush' | 'progress';
  /** Lane or channel number. */
  readonly index: number;
  readonly label: string;
  readonly top: number;
  readonly height: number;
}

/** Rows from top to bottom; many CPUs or channels get less height each. */
export function timelineRows(view: RunView): readonly Row[] {
  const { run } = view;
  const rows: Row[] = [];
  let top = RULER_HEIGHT;
  const add = (kind: Row['kind'], index: number, label: string, height: number) => {
    rows.push({ kind, index, label, top, height });
    top += height;
  };
  const laneHeight = run.lanes.length > 12 ? 16 : run.lanes.length > 5 ? 22 : run.lanes.length > 2 ? 30 : 44;
  const channels = shownChannels(view);
  const channelHeight = channels.length > 6 ? 14 : 22;
  run.lanes.forEach((name, lane) => add('lane', lane, name, laneHeight));
  for (const channel of channels) add('channel', channel, run.channels[channel] ?? '', channelHeight);
  if (view.flushes.rows.length > 0) add('flush', 0, 'TLB flushes', 22);
  add('progress', 0, 'pages moved', 40);
  return rows;
}

export function rowsHeight(rows: readonly Row[]): number {
  const last = rows.at(-1);
  return last === undefined ? RULER_HEIGHT : last.top + last.height;
}

export function rowAt(rows: readonly Row[], y: number): Row | null {
  return rows.find((row) => y >= row.top && y < row.top + row.height) ?? null;
}

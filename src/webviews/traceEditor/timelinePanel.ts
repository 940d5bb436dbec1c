/** Timeline, its legend of phases, and its twin: the table of batches. */
import type { SegmentKind } from '../../engine/sim/run';
import { PHASES, SEGMENT_KINDS } from '../../engine/sim/run';
import { cssOf } from '../shared/color';
import { createDataTable } from '../shared/dataTable';
import { el } from '../shared/dom';
import { toggleButton } from '../shared/panel';
import type { RunView } from '../shared/runView';
import { onThemeChange, PHASE_LABELS, theme } from '../shared/theme';
import type { Timeline, TimelineEvents } from '../shared/timeline/timeline';
import { createTimeline } from '../shared/timeline/timeline';
import { batchTable } from './twinTables';

export interface TimelinePanel {
  readonly element: HTMLElement;
  readonly timeline: Timeline;
  setRun(view: RunView | null): void;
  setTable(on: boolean): void;
  setBatch(batch: number): void;
}

export interface TimelinePanelEvents extends TimelineEvents {
  onTable(on: boolean): void;
  onOpenBatch(batch: number): void;
}

/** What only some runs show: a CPU that waits or sleeps, an offload that failed. */
function extraItems({ run }: RunView): readonly (readonly [string, string])[] {
  const present = new Set<number>(run.segments.kind);
  const has = (...kinds: readonly SegmentKind[]) =>
    kinds.some((kind) => present.has(SEGMENT_KINDS.indexOf(kind)));
  const { idle, takenBack, waiting } = theme();
  const items: (readonly [string, string])[] = [];
  if (has('dma', 'poll')) items.push(['waits for the engine', cssOf(waiting)]);
  if (has('sleep', 'unmapAfterWait')) items.push(['sleeps', cssOf(idle)]);
  if (has('abort')) items.push(['offload taken back', cssOf(takenBack)]);
  return items;
}

export function createTimelinePanel(events: TimelinePanelEvents): TimelinePanel {
  const timeline = createTimeline(events);
  const table = createDataTable({ caption: '', columns: [], rows: 0 });
  const legend = el('ul', { class: 'phase-legend', attributes: { 'aria-label': 'Phases' } });
  const toggle = toggleButton('Show as table', 'Batches as a table', (on) => {
    show(on);
    events.onTable(on);
  });
  const element = el(
    'section',
    { class: 'timeline-panel', attributes: { 'aria-label': 'Timeline' } },
    timeline.element,
    el('div', { class: 'timeline-foot' }, legend, toggle.element),
    table.element,
  );
  let view: RunView | null = null;
  let tabled = false;
  let batch = -1;

  const fill = () => {
    if (!tabled || view === null) return;
    table.set(batchTable(view, (row) => events.onOpenBatch(row)));
    table.setCurrent(batch);
  };
  const show = (on: boolean) => {
    tabled = on;
    table.element.hidden = !on;
    fill();
  };
  const drawLegend = () => {
    if (view === null) {
      legend.replaceChildren();
      return;
    }
    const items: (readonly [string, string])[] = view.phasesKnown
      ? PHASES.map((phase) => [PHASE_LABELS[phase], theme().css.phases[phase]] as const)
      : [['batch; its phases were not recorded', theme().css.unknown] as const];
    items.push(...extraItems(view));
    legend.replaceChildren(
      ...items.map(([label, color]) => {
        const swatch = el('span', { class: 'phase-swatch', attributes: { 'aria-hidden': 'true' } });
        swatch.style.backgroundColor = color;
        return el('li', {}, swatch, label);
      }),
    );
    if (view.phasesKnown) {
      legend.append(
        el('li', {
          class: 'muted',
          text:
            view.run.kind === 'observed'
              ? 'heights are shares of the time of a call, measured with its tracer, in no order'
              : 'where folios are too narrow to be seen apart, heights are shares of time',
        }),
      );
    }
  };
  onThemeChange(drawLegend);
  show(false);

  return {
    element,
    timeline,
    setRun(next) {
      view = next;
      timeline.setRun(next);
      drawLegend();
      fill();
    },
    setTable(on) {
      toggle.set(on);
      show(on);
    },
    setBatch(next) {
      if (next === batch) return;
      batch = next;
      if (tabled) table.setCurrent(batch);
    },
  };
}

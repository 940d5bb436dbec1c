/**
 * The folio grid: the folios of the batch under the time cursor, each in the look of its state, or all
 * folios of the run. Pointing at a folio, or moving to it with the arrow keys, tells what happened to it.
 */
import { folioStates } from '../../../engine/probe/folioStates';
import { FOLIO_STATES } from '../../../engine/probe/states';
import { el, setText } from '../dom';
import { formatCount, plural } from '../format';
import type { RunView } from '../runView';
import { createSurface } from '../surface';
import { onThemeChange, theme } from '../theme';
import { BatchPicture } from './batchPicture';
import { describeFolio } from './describeFolio';
import type { GridLayout } from './gridLayout';
import { folioAt, folioBeside, layoutGrid, ordersOf, stageHeight } from './gridLayout';
import { createLegend } from './legend';
import { OverviewPicture, layoutOverview } from './overview';
import { countRun, countStates } from './stateCounter';

export type GridScope = 'batch' | 'run';

export interface FolioGrid {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  setRun(view: RunView | null): void;
  setScope(scope: GridScope): void;
  /** Shows `batch` (-1: none yet) at `time`, ps. `playing` puts off counts that take long. */
  show(batch: number, time: number, playing: boolean): void;
  /** Folios by state in the picture's scope, as the legend says. */
  readonly counts: Uint32Array;
  dispose(): void;
}

export interface FolioGridEvents {
  /** A folio of the overview was chosen: go to its batch. */
  onFolio?(folio: number): void;
}

/** Beyond this many folios a batch is shown as an overview of its own. */
const MOST_BOXES = 8192;
const COUNT_EVERY_MS = 400;

export function createFolioGrid(events: FolioGridEvents = {}): FolioGrid {
  const canvas = el('canvas', {
    class: 'grid-canvas',
    attributes: { tabindex: '0', role: 'application', 'aria-roledescription': 'folio grid' },
  });
  const marker = el('div', { class: 'grid-marker' });
  marker.hidden = true;
  const detail = el('p', { class: 'grid-detail', attributes: { 'aria-live': 'polite' } });
  const legend = createLegend();
  const stage = el('div', { class: 'grid-stage' }, canvas, marker);
  const element = el('div', { class: 'folio-grid' }, stage, detail, legend.element);

  const counts = new Uint32Array(FOLIO_STATES.length);
  const picture = new BatchPicture();
  let view: RunView | null = null;
  let scope: GridScope = 'batch';
  let batch = -1;
  let now = 0;
  let focus = -1;
  /** The folio that was clicked: its story stays, also in another design. */
  let pinned = -1;
  let states = new Uint8Array(512);
  let orders: Uint8Array = new Uint8Array(0);
  let layout: GridLayout | null = null;
  let layoutKey = '';
  let overview: OverviewPicture | null = null;
  let stopCounting = () => {};
  let countedAt = -Infinity;

  const range = (): readonly [number, number] => {
    if (view === null) return [0, 0];
    if (scope === 'run') return [0, view.run.folioCount];
    if (batch < 0) return [0, 0];
    const { first, count } = view.run.batches;
    return [first[batch] as number, count[batch] as number];
  };
  const asOverview = () => scope === 'run' || range()[1] > MOST_BOXES;

  const surface = createSurface(
    canvas,
    (context, width, height, fresh) => {
      const [first, count] = range();
      const key = `${scope}:${first}:${count}:${width}x${height}`;
      if (view === null || count === 0) {
        context.clearRect(0, 0, width, height);
        layoutKey = '';
        return;
      }
      const rebuilt = key !== layoutKey;
      if (fresh) fitStage();
      if (rebuilt || fresh) {
        context.clearRect(0, 0, width, height);
        picture.invalidate();
      }
      if (rebuilt) rebuild(first, count, width, height, key);
      if (overview !== null) {
        context.clearRect(0, 0, width, height);
        overview.paint(context, now, theme());
        outlineBatch(context);
      } else if (layout !== null) {
        folioStates(view.index, first, count, now, states);
        picture.paint(context, layout, states, orders, theme(), surface.ratio);
      }
    },
    { keep: true },
  );

  function rebuild(first: number, count: number, width: number, height: number, key: string): void {
    if (view === null) return;
    layoutKey = key;
    if (asOverview()) {
      layout = null;
      overview = new OverviewPicture(view, layoutOverview(first, count, width, height));
      return;
    }
    overview = null;
    orders = ordersOf(view, first, count);
    if (states.length < count) states = new Uint8Array(count);
    layout = layoutGrid(orders, width, height);
  }

  function outlineBatch(context: CanvasRenderingContext2D): void {
    if (overview === null || view === null || batch < 0 || scope !== 'run') return;
    const { first, count } = view.run.batches;
    overview.outline(context, first[batch] as number, count[batch] as number, theme().text);
  }

  function countFolios(playing: boolean): void {
    const [first, total] = range();
    if (view === null || total === 0) {
      counts.fill(0);
      legend.show(counts);
      return;
    }
    if (total <= MOST_BOXES) {
      if (states.length < total) states = new Uint8Array(total);
      folioStates(view.index, first, total, now, states);
      countStates(states, total, counts);
      legend.show(counts);
      return;
    }
    if (playing && performance.now() - countedAt < COUNT_EVERY_MS) return;
    countedAt = performance.now();
    stopCounting();
    if (!playing) legend.show(null);
    stopCounting = countRun(view, now, (result) => {
      counts.set(result);
      legend.show(counts);
    });
  }

  /** The folio at a point of the canvas, -1 where there is none. */
  function folioAtPoint(x: number, y: number): number {
    const [first, total] = range();
    if (overview !== null) {
      const { columns, edge, perCell } = overview.layout;
      const column = Math.floor(x / edge);
      const folio = (Math.floor(y / edge) * columns + column) * perCell;
      return column < columns && folio >= 0 && folio < total ? first + folio : -1;
    }
    const found = layout === null ? -1 : folioAt(layout, x, y);
    return found < 0 ? -1 : first + found;
  }

  function setFocus(folio: number): void {
    focus = folio;
    if (view === null || folio < 0) {
      marker.hidden = true;
      setText(detail, hint());
      return;
    }
    const others = (overview?.layout.perCell ?? 1) - 1;
    const more = others > 0 ? ` · the first of ${formatCount(others + 1)} in this cell` : '';
    setText(detail, describeFolio(view, folio, now) + more);
    placeMarker(folio);
  }

  /** Without pointer or keyboard on it, the grid tells of the folio that was clicked. */
  function rest(): void {
    setFocus(-1);
    const [first, total] = range();
    if (pinned >= first && pinned < first + total) setFocus(pinned);
  }

  /** A folio of the overview leads to its batch; one of a batch stays in focus until it is chosen again. */
  function choose(folio: number): void {
    if (scope === 'batch') pinned = folio === pinned ? -1 : folio;
    events.onFolio?.(folio);
  }

  function placeMarker(folio: number): void {
    const box = boxOf(folio);
    marker.hidden = box === null;
    if (box === null) return;
    marker.style.transform = `translate(${box[0] - 2}px, ${box[1] - 2}px)`;
    marker.style.width = `${box[2] + 4}px`;
    marker.style.height = `${box[3] + 4}px`;
  }

  function boxOf(folio: number): readonly [number, number, number, number] | null {
    const [first, total] = range();
    const at = folio - first;
    if (at < 0 || at >= total) return null;
    if (overview !== null) {
      const { columns, edge } = overview.layout;
      const cell = overview.cellOf(folio);
      return [(cell % columns) * edge, Math.floor(cell / columns) * edge, edge, edge];
    }
    if (layout === null || at >= layout.count) return null;
    const { boxes, gap } = layout;
    const i = at * 4;
    return [
      boxes[i] as number,
      boxes[i + 1] as number,
      (boxes[i + 2] as number) - gap,
      (boxes[i + 3] as number) - gap,
    ];
  }

  /** As high as the largest batch needs, so that the page does not jump from batch to batch. */
  function fitStage(): void {
    const largest = view?.run.batches.pages.reduce((a, b) => Math.max(a, b), 1) ?? Infinity;
    const pages = scope === 'run' ? Infinity : largest;
    stage.style.height = `${stageHeight(pages, stage.clientWidth || 600)}px`;
  }

  function nameCanvas(): void {
    const what = scope === 'run' ? 'All folios of the run' : `Folios of batch ${formatCount(batch + 1)}`;
    canvas.setAttribute('aria-label', `${what}. Arrow keys move from folio to folio.`);
  }

  function hint(): string {
    const [first, total] = range();
    if (total === 0) {
      return batch < 0
        ? 'No batch has begun at the time cursor.'
        : 'The recording holds no events of single folios here.';
    }
    if (total === 1) return `Folio ${formatCount(first)}. Point at it for its story.`;
    return `${plural(total, 'folio')}, ${formatCount(first)} to ${formatCount(first + total - 1)}. Point at one for its story, click to keep it.`;
  }

  canvas.addEventListener('pointermove', (event) => setFocus(folioAtPoint(event.offsetX, event.offsetY)));
  canvas.addEventListener('pointerleave', () => rest());
  canvas.addEventListener('blur', () => rest());
  canvas.addEventListener('click', (event) => {
    const folio = folioAtPoint(event.offsetX, event.offsetY);
    if (folio >= 0) choose(folio);
  });
  canvas.addEventListener('keydown', (event) => {
    const [first, total] = range();
    if (total === 0) return;
    const step = overview?.layout.perCell ?? 1;
    const at = focus < 0 ? 0 : focus - first;
    const rowStep = (overview?.layout.columns ?? 1) * step;
    const vertical = (down: boolean) =>
      layout !== null && layout.perRow === 0
        ? folioBeside(layout, at, down)
        : at + (down ? 1 : -1) * (layout?.perRow ?? rowStep);
    const targets: Readonly<Record<string, () => number>> = {
      ArrowLeft: () => at - step,
      ArrowRight: () => at + step,
      ArrowUp: () => vertical(false),
      ArrowDown: () => vertical(true),
      Home: () => 0,
      End: () => total - 1,
    };
    const target = targets[event.key];
    if (target !== undefined) {
      event.preventDefault();
      const next = focus < 0 ? 0 : target();
      if (next >= 0 && next < total) setFocus(first + next);
    } else if (event.key === 'Enter' && focus >= 0) {
      event.preventDefault();
      choose(focus);
    } else if (event.key === 'Escape' && pinned >= 0) {
      pinned = -1;
      rest();
    }
  });

  const unwatch = onThemeChange(() => {
    picture.invalidate();
    layoutKey = '';
    surface.request();
  });

  return {
    element,
    canvas,
    counts,
    setRun(next) {
      stopCounting();
      if (pinned >= (next?.run.folioCount ?? 0)) pinned = -1;
      focus = -1;
      view = next;
      batch = -1;
      layoutKey = '';
      legend.setRun(next);
      fitStage();
      setFocus(-1);
      surface.request();
    },
    setScope(next) {
      if (scope === next) return;
      scope = next;
      layoutKey = '';
      countedAt = -Infinity;
      nameCanvas();
      fitStage();
      setFocus(-1);
      countFolios(false);
      surface.request();
    },
    show(nextBatch, time, playing) {
      const changed = nextBatch !== batch;
      batch = nextBatch;
      now = time;
      if ((changed && scope === 'batch') || focus < 0) rest();
      else setFocus(focus);
      if (changed) nameCanvas();
      countFolios(playing);
      surface.request();
    },
    dispose() {
      stopCounting();
      unwatch();
      legend.dispose();
      surface.dispose();
    },
  };
}

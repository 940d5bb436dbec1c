/** The line of numbers that answers the first question, each beside what serial does. */
import { el, icon } from '../shared/dom';
import {
  formatChange,
  formatCount,
  formatCycles,
  formatFraction,
  formatGBps,
  formatNanoseconds,
  formatPages,
  formatShare,
} from '../shared/format';
import { cpuTimeOf } from '../../analysis/cpuTime';
import { factsOf } from '../shared/runFacts';
import type { RunView } from '../shared/runView';

interface Cell {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly detail: string;
  readonly tone?: 'good' | 'bad';
}

export interface SummaryStrip {
  readonly element: HTMLElement;
  /** `serial` is what the run is compared with, once it is here. */
  show(view: RunView, serial: RunView | null): void;
  clear(): void;
}

export function createSummaryStrip(): SummaryStrip {
  const element = el('div', { class: 'summary', attributes: { 'aria-label': 'Summary', role: 'group' } });
  return {
    element,
    show(view, serial) {
      // A recording's clock and a machine's costs are not the same thing, nor are two kernels' rules:
      // nothing is compared across them.
      const sameRules = serial?.run.config?.kernel === view.run.config?.kernel;
      const baseline = serial === view || view.run.kind === 'observed' || !sameRules ? null : serial;
      element.replaceChildren(...summaryCells(view, baseline).map(renderCell));
    },
    clear: () => element.replaceChildren(),
  };
}

function renderCell(cell: Cell): HTMLElement {
  const value = el('span', { class: 'summary-value', text: cell.value });
  if (cell.tone !== undefined) {
    value.classList.add(cell.tone);
    if (cell.name === 'agrees') value.prepend(icon(cell.tone === 'good' ? 'check' : 'warning'));
  }
  const node = el(
    'div',
    { class: 'summary-cell' },
    el('div', { class: 'summary-line' }, value, el('span', { class: 'summary-unit', text: cell.unit })),
    el('div', { class: 'summary-detail', text: cell.detail }),
  );
  node.dataset['name'] = cell.name;
  node.title = cell.detail;
  return node;
}

/** `serial 3.73 · +7.5 %`, or what to say where there is no baseline. */
function against(
  value: number,
  serial: number | null,
  text: (value: number) => string,
  otherwise: string,
): string {
  if (serial === null || Number.isNaN(serial) || Number.isNaN(value)) return otherwise;
  return `serial ${text(serial)} · ${formatChange(value, serial)}`;
}

function summaryCells(view: RunView, serial: RunView | null): readonly Cell[] {
  const { header, run } = view;
  const observed = run.kind === 'observed';
  const facts = factsOf(view);
  const base = serial === null ? null : factsOf(serial);
  const where = [facts.flow, facts.reason, facts.mode].filter((part) => part !== '').join(' · ');
  const cells: Cell[] = [
    {
      name: 'moved',
      value: isTimedOnly(view) ? '–' : formatCount(header.pagesMoved),
      unit: isTimedOnly(view)
        ? 'pages: not recorded'
        : `${header.pagesMoved === 1 ? 'page' : 'pages'} · ${formatPages(header.pagesMoved)}`,
      detail: where === '' ? 'moved; caller not recorded' : where,
    },
  ];
  if (header.throughputGBps !== null) {
    cells.push({
      name: 'throughput',
      value: formatGBps(header.throughputGBps),
      unit: 'GB/s',
      detail: against(
        header.throughputGBps,
        serial?.header.throughputGBps ?? null,
        formatGBps,
        observed ? 'over the whole recording' : 'while in migrate_pages()',
      ),
    });
  }
  cells.push(fractionCell(view, serial));
  if (header.cyclesPerPage !== null) {
    const { mean, sd } = header.cyclesPerPage;
    const runs = run.config?.runs ?? 0;
    cells.push({
      name: 'cycles',
      value: formatCycles(mean),
      unit: 'cycles/page',
      detail: runs > 1 ? `± ${formatCycles(sd)} over ${formatCount(runs)} runs` : 'one run',
    });
  }
  cells.push(
    {
      name: 'firstFolio',
      value: formatNanoseconds(facts.firstFolioNs),
      unit: 'first folio',
      detail: against(
        facts.firstFolioNs,
        base?.firstFolioNs ?? null,
        formatNanoseconds,
        observed ? 'as the events tell' : 'until usable again',
      ),
    },
    {
      name: 'blocked',
      value: formatNanoseconds(facts.blockedP99Ns),
      unit: 'blocked p99',
      detail: against(
        facts.blockedP99Ns,
        base?.blockedP99Ns ?? null,
        formatNanoseconds,
        'unmapped to remapped',
      ),
    },
    ...cpuCells(view),
    failedCell(view),
  );
  if (header.agrees !== null) {
    cells.push({
      name: 'agrees',
      value: header.agrees ? 'agrees' : 'differs',
      unit: '',
      detail: header.agrees ? 'with the kernel’s counts' : 'from the kernel’s counts',
      tone: header.agrees ? 'good' : 'bad',
    });
  }
  return cells;
}

/** Only where the caller sleeps: the other designs give nothing back. */
function cpuCells(view: RunView): readonly Cell[] {
  const { givenBack, slept } = cpuTimeOf(view.run);
  if (slept === 0) return [];
  const workers = view.run.config?.path === 'threads';
  return [
    {
      name: 'cpu',
      value: formatShare(givenBack),
      unit: 'CPU given back',
      detail: workers ? 'caller’s sleep less the threads’ work' : 'the caller sleeps meanwhile',
    },
  ];
}

function fractionCell(view: RunView, serial: RunView | null): Cell {
  const { fraction } = view.header;
  if (fraction === null) {
    return { name: 'fraction', value: '–', unit: 'F', detail: 'no event marks the copy' };
  }
  const other = serial?.header.fraction ?? null;
  return {
    name: 'fraction',
    value: formatFraction(fraction),
    unit: 'F',
    detail:
      view.run.kind === 'observed'
        ? `measured, tracer included${other === null ? '' : ` · serial ${formatFraction(other)}`}`
        : other === null
          ? '(t3−t2) / (t4−t1)'
          : `copy share · serial ${formatFraction(other)}`,
  };
}

/** A recording of functions alone, without the events that count pages. */
function isTimedOnly({ header, run }: RunView): boolean {
  return run.kind === 'observed' && header.pagesMoved + header.pagesFailed === 0 && header.fraction !== null;
}

function failedCell(view: RunView): Cell {
  const { pagesFailed } = view.header;
  const { causes } = factsOf(view);
  const { untried } = view.run;
  const parts = [...causes.slice(0, 2), ...(untried > 0 ? [`${formatCount(untried)} never tried`] : [])];
  const none =
    view.run.kind === 'observed'
      ? isTimedOnly(view)
        ? 'no event counts them'
        : 'all pages moved'
      : 'every folio moved';
  const cell = {
    name: 'failed',
    value: isTimedOnly(view) ? '–' : formatCount(pagesFailed),
    unit: 'failed',
    detail: parts.length > 0 ? parts.join(' · ') : pagesFailed > 0 ? 'the kernel records no cause' : none,
  };
  return pagesFailed > 0 || untried > 0 ? { ...cell, tone: 'bad' } : cell;
}

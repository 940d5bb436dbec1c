/** One folio at an instant, in a line. */
import { folioStateAt } from '../../../engine/probe/folioStates';
import { formatAddress, formatCount, formatDuration, formatOrder } from '../format';
import { folioFacts } from '../folioText';
import { folioHistory } from '../folioHistory';
import type { RunView } from '../runView';
import { theme } from '../theme';

export function describeFolio(view: RunView, folio: number, time: number): string {
  const facts = folioFacts(view, folio);
  const history = folioHistory(view, folio);
  const state = folioStateAt(view.index, folio, time);
  const parts = [
    `folio ${formatCount(folio)}`,
    `order ${facts.order} (${formatOrder(facts.order)}) ${facts.kind}`,
    theme().states[state].label,
  ];
  if (facts.address >= 0) parts.splice(1, 0, formatAddress(facts.address));
  if (facts.fate !== 'movable' && view.run.kind === 'simulated') parts.push(facts.fate);
  if (facts.from >= 0 && facts.to >= 0) parts.push(`node ${facts.from} → ${facts.to}`);
  const at = (name: string, value: number) => {
    if (Number.isFinite(value)) parts.push(`${name} ${formatDuration(value, 6)}`);
  };
  at('unmapped', history.unmapped);
  at('copied', history.copied);
  at('remapped', history.remapped);
  if (Number.isFinite(history.blocked)) parts.push(`blocked ${formatDuration(history.blocked)}`);
  return parts.join(' · ');
}

/** Says which design wins at this workload, by how much, and what the first folio pays: in words, from the numbers. */
import { formatCycles, formatNanoseconds } from './format';
import { factsOf } from './runFacts';
import type { RunView } from './runView';

export interface Contender {
  readonly title: string;
  readonly isSerial: boolean;
  /** Whose rules it was played under: costs under different rules do not compare designs. */
  readonly kernel: string;
  /** Cycles per page. */
  readonly mean: number;
  readonly sd: number;
  readonly firstFolioNs: number;
}

export interface Verdict {
  readonly headline: string;
  readonly detail: string;
}

export function contenderOf(title: string, view: RunView): Contender | null {
  const { cyclesPerPage } = view.header;
  if (cyclesPerPage === null || cyclesPerPage.mean <= 0) return null;
  return {
    title,
    isSerial: view.run.config?.path === 'serial',
    kernel: view.run.config?.kernel ?? '',
    mean: cyclesPerPage.mean,
    sd: cyclesPerPage.sd,
    firstFolioNs: factsOf(view).firstFolioNs,
  };
}

/** null with fewer than two contenders. */
export function verdictOf(contenders: readonly Contender[]): Verdict | null {
  const [best, second, ...rest] = [...contenders].sort((a, b) => a.mean - b.mean);
  if (best === undefined || second === undefined) return null;
  if (contenders.some((other) => other.kernel !== best.kernel)) return notComparable(contenders);
  const spread = Math.hypot(best.sd, second.sd);
  const tie = second.mean - best.mean <= spread;
  const headline = tie
    ? `${best.title} and ${second.title} cost the same at this workload: ${formatCycles(best.mean)} and ${formatCycles(second.mean)} cycles/page differ by less than their spread (± ${formatCycles(spread)}).`
    : `${best.title} wins at this workload: ${formatCycles(best.mean)} cycles/page, ${timesMore(second, best)}.`;
  const sentences = rest.map(
    (other) =>
      `${other.title} costs ${formatCycles(other.mean)} cycles/page, ${ratio(other.mean / best.mean)}.`,
  );
  sentences.push(...firstFolioSentences(contenders, tie ? null : best));
  return { headline, detail: sentences.join(' ') };
}

function notComparable(contenders: readonly Contender[]): Verdict {
  const kernels = [...new Set(contenders.map((contender) => contender.kernel))];
  const groups = kernels.map((kernel) => {
    const titles = contenders
      .filter((contender) => contender.kernel === kernel)
      .map((contender) => contender.title);
    return `${titles.join(' and ')} those of ${kernel}`;
  });
  const costs = contenders.map((contender) => `${contender.title} ${formatCycles(contender.mean)}`);
  return {
    headline: 'These runs do not tell which design wins: they follow different kernels.',
    detail: `The rules differ: ${groups.join(', ')}. Cycles/page: ${costs.join(', ')}. Replay all designs under one kernel to compare them.`,
  };
}

function timesMore(other: Contender, best: Contender): string {
  const share = 1 - best.mean / other.mean;
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} % less than ${other.title} (${formatCycles(other.mean)})`;
}

function ratio(value: number): string {
  return value < 1.2 ? `${((value - 1) * 100).toFixed(1)} % more` : `${value.toFixed(1)} times as much`;
}

/** What each design makes the first folio wait, against serial; designs that pay the same share a sentence. */
function firstFolioSentences(contenders: readonly Contender[], best: Contender | null): readonly string[] {
  const serial = contenders.find((contender) => contender.isSerial);
  if (serial === undefined || !Number.isFinite(serial.firstFolioNs)) return [];
  const others = contenders.filter((other) => !other.isSerial && Number.isFinite(other.firstFolioNs));
  const delay = (other: Contender) => other.firstFolioNs - serial.firstFolioNs;
  const same = others.filter((other) => Math.abs(delay(other)) < serial.firstFolioNs * 0.005);
  const parts = others
    .filter((other) => !same.includes(other))
    .map((other) => {
      const more = delay(other);
      return `${formatNanoseconds(Math.abs(more))} ${more > 0 ? 'later' : 'sooner'} with ${other.title}`;
    });
  if (same.length > 0)
    parts.unshift(`at the same time with ${same.map((other) => other.title).join(' and ')}`);
  if (parts.length === 0) return [];
  const sentence = `The first folio is usable again after ${formatNanoseconds(serial.firstFolioNs)} with ${serial.title}, ${parts.join(', ')}.`;
  if (best === null || best.isSerial || best.firstFolioNs <= serial.firstFolioNs) return [sentence];
  return [sentence, `That wait is the price of the ${best.title} design's lower cost per page.`];
}

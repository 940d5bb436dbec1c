/**
 * Says in a few words which design is best at this workload, what it gains against serial and what it costs;
 * all designs follow as a list. Everything is read from the runs.
 */
import { usesField } from '../../protocol/designFacts';
import type { RunChoice, ViewSnapshot } from '../../protocol/messages';
import { cpuTimeOf } from '../../analysis/cpuTime';
import { formatCycles, formatNanoseconds, formatShare, listed, plural } from './format';
import { factsOf } from './runFacts';
import type { RunView } from './runView';

export interface Contender {
  readonly choice: RunChoice;
  readonly title: string;
  readonly isSerial: boolean;
  /** Whose rules it was played under: costs under different rules do not compare designs. */
  readonly kernel: string;
  /** Cycles per page. */
  readonly mean: number;
  readonly sd: number;
  readonly firstFolioNs: number;
  /** Cycles per page that all CPUs spend: without the caller's sleep, with interrupts and worker threads. */
  readonly cpu: number;
  /** DMA channels asked for and had; null for a design that takes none, or one of v1. */
  readonly channels: { readonly asked: number; readonly had: number } | null;
}

export interface Verdict {
  readonly headline: string;
  readonly detail: string;
  /** What a person should know before they compare: missing channels, designs that were not played. */
  readonly notes: readonly Note[];
  /** Best first. */
  readonly ranking: readonly Contender[];
}

export function contenderOf(choice: RunChoice, title: string, view: RunView): Contender | null {
  const { cyclesPerPage } = view.header;
  const { config, machine } = view.run;
  if (cyclesPerPage === null || cyclesPerPage.mean <= 0 || config === null) return null;
  const had = machine?.dmaDevices.reduce((sum, device) => sum + device.channels, 0) ?? 0;
  return {
    choice,
    title,
    isSerial: config.path === 'serial',
    kernel: config.kernel,
    mean: cyclesPerPage.mean,
    sd: cyclesPerPage.sd,
    firstFolioNs: factsOf(view).firstFolioNs,
    cpu: cyclesPerPage.mean * (1 - cpuTimeOf(view.run).givenBack),
    channels: usesField(choice, 'channels') ? { asked: config.channels, had } : null,
  };
}

export interface Note {
  readonly text: string;
  readonly warns: boolean;
}

/** null with fewer than two contenders. */
export function verdictOf(
  contenders: readonly Contender[],
  choices: ViewSnapshot['choices'] = [],
): Verdict | null {
  const ranking = contenders.toSorted((a, b) => a.mean - b.mean);
  const [best, second] = ranking;
  if (best === undefined || second === undefined) return null;
  const notes = [...channelNotes(ranking), ...refusalNotes(choices)];
  if (ranking.some((other) => other.kernel !== best.kernel)) {
    return { ...notComparable(ranking), notes, ranking };
  }
  const serial = ranking.find(({ isSerial }) => isSerial);
  if (serial === undefined) {
    return { headline: `${best.title} is cheapest here: ${cycles(best)}.`, detail: '', notes, ranking };
  }
  return {
    ...(best.isSerial ? serialWins(best, second, ranking) : wins(best, second, serial, ranking)),
    notes,
    ranking,
  };
}

type Words = Pick<Verdict, 'headline' | 'detail'>;

function cycles({ mean }: Contender): string {
  return `${formatCycles(mean)} cycles/page`;
}

function wins(best: Contender, second: Contender, serial: Contender, ranking: readonly Contender[]): Words {
  const headline = isTie(best, serial)
    ? `No design is clearly better than ${serial.title} here.`
    : `${best.title} is best here: ${timeAndCpu(best, serial)}.`;
  const parts = [`${cycles(best)} against ${formatCycles(serial.mean)}`];
  if (!second.isSerial && isTie(best, second)) parts.push(`${second.title} costs the same within the spread`);
  const sentences = [
    `${parts.join('; ')}.`,
    firstFolioSentence(best, serial),
    leastCpu(best, serial, ranking),
  ];
  return { headline, detail: sentences.filter((sentence) => sentence !== '').join(' ') };
}

function serialWins(serial: Contender, second: Contender, ranking: readonly Contender[]): Words {
  const tie = isTie(serial, second);
  const more = second.mean / serial.mean - 1;
  const next = `${second.title} comes next with ${formatCycles(second.mean)}${tie ? ', the same within the spread' : `, ${formatShare(more)} more`}.`;
  const headline = tie
    ? `${serial.title} is as good as any here: ${cycles(serial)}.`
    : `${serial.title} is best here: ${cycles(serial)}.`;
  return {
    headline,
    detail: [next, leastCpu(serial, serial, ranking)].filter((part) => part !== '').join(' '),
  };
}

/** `22 % less time and 40 % less CPU time than Serial`. */
function timeAndCpu(best: Contender, serial: Contender): string {
  const time = 1 - best.mean / serial.mean;
  const cpu = 1 - best.cpu / serial.cpu;
  if (Math.abs(cpu - time) < 0.005) return `${formatShare(time)} less time than ${serial.title}`;
  if (cpu > 0)
    return `${formatShare(time)} less time and ${formatShare(cpu)} less CPU time than ${serial.title}`;
  return `${formatShare(time)} less time than ${serial.title}, for ${formatShare(-cpu)} more CPU time`;
}

/** The design that leaves most of the CPUs to others, where that is not the best one. */
function leastCpu(best: Contender, serial: Contender, ranking: readonly Contender[]): string {
  const least = ranking.toSorted((a, b) => a.cpu - b.cpu)[0];
  if (least === undefined || least.cpu > best.cpu * 0.95) return '';
  const less = formatShare(1 - least.cpu / serial.cpu);
  const change = least.mean / serial.mean - 1;
  const time =
    Math.abs(change) < 0.005
      ? 'in the same time'
      : `in ${formatShare(Math.abs(change))} ${change > 0 ? 'more' : 'less'} time`;
  return `Least CPU time: ${least.title}, ${less} less than ${serial.title}, ${time}.`;
}

/** Whether two designs differ by less than their spread. */
function isTie(a: Contender, b: Contender): boolean {
  return Math.abs(a.mean - b.mean) <= Math.hypot(a.sd, b.sd);
}

function firstFolioSentence(best: Contender, serial: Contender): string {
  if (!Number.isFinite(best.firstFolioNs) || !Number.isFinite(serial.firstFolioNs)) return '';
  const more = best.firstFolioNs - serial.firstFolioNs;
  if (Math.abs(more) < serial.firstFolioNs * 0.005) return 'The first folio is usable just as early.';
  const text = formatNanoseconds(Math.abs(more));
  return more > 0
    ? `The price: the first folio is usable ${text} later, after ${formatNanoseconds(best.firstFolioNs)}.`
    : `The first folio is usable ${text} sooner, after ${formatNanoseconds(best.firstFolioNs)}.`;
}

function notComparable(ranking: readonly Contender[]): Words {
  const kernels = [...new Set(ranking.map(({ kernel }) => kernel))];
  const groups = kernels.map((kernel) => {
    const titles = ranking.filter((contender) => contender.kernel === kernel).map(({ title }) => title);
    return `${titles.length > 2 ? `${titles.length} designs` : listed(titles)} those of ${kernel}`;
  });
  return {
    headline: 'These runs do not tell which design is best: they follow different kernels.',
    detail: `The rules differ: ${groups.join(', ')}. Choose kernel rules under Configure to compare them.`,
  };
}

function channelNotes(ranking: readonly Contender[]): readonly Note[] {
  const { channels } = ranking.find((other) => other.channels !== null) ?? {};
  if (channels === undefined || channels === null) return [];
  const { asked, had } = channels;
  if (had < asked) {
    const outcome = had === 0 ? 'the CPU copies' : `the offload designs play with ${had}`;
    const text = `${plural(asked, 'channel')} asked for, the machine has ${had}: ${outcome}.`;
    return [{ text, warns: true }];
  }
  if (had === 1) {
    return [{ text: 'This machine has one DMA channel. Configure offers machines with more.', warns: false }];
  }
  if (asked > 1) return [];
  return [
    { text: `One of the machine’s ${had} channels is used: nr_dma_chan is 1 under Configure.`, warns: false },
  ];
}

function refusalNotes(choices: ViewSnapshot['choices']): readonly Note[] {
  const refused = choices.filter(({ refused: why }) => why !== null);
  const [first] = refused;
  if (first?.refused === null || first === undefined) return [];
  const who = refused.length === 1 ? first.title : plural(refused.length, 'design');
  return [{ text: `${who} cannot be played by these rules: ${first.refused}.`, warns: true }];
}

/** A workload described by the options of `migtrace synth`, written as text, as `.migtrace` text. */
import { formatProblem } from '../base/problem';
import { MIGRATE_MODES, MIGRATE_REASONS } from '../engine/kernel/modes';
import type { SynthOptions } from '../trace/calls/synth';
import { describeWorkload, SYNTH_DEFAULTS, SYNTH_KINDS } from '../trace/calls/synth';
import { writeMigtraceText } from '../trace/formats/migtrace/writer';

type Answers = Readonly<Record<string, string | number>>;

/** Throws, naming every wrong option and what to write instead. */
export function describedText(answers: Answers): string {
  const { value, problems } = describeWorkload(synthOptions(answers));
  if (problems.length > 0) {
    throw new Error(problems.map((problem) => formatProblem('workload', problem)).join('\n'));
  }
  return writeMigtraceText(value);
}

/** Options by the names of the command line, without dashes in front; `total` is turned into folios. */
function synthOptions(answers: Answers): SynthOptions {
  const folioBytes = sizeOf(answers, 'folio-size', SYNTH_DEFAULTS.folioBytes);
  const total = sizeOf(answers, 'total', SYNTH_DEFAULTS.folios * folioBytes);
  if (total % folioBytes !== 0) {
    throw new Error(
      `total ${answers['total']} is not a whole number of folios. Choose a multiple of the folio size.`,
    );
  }
  return {
    ...SYNTH_DEFAULTS,
    folioBytes,
    folios: total / folioBytes,
    from: numberOf(answers, 'from', SYNTH_DEFAULTS.from),
    to: numberOf(answers, 'to', SYNTH_DEFAULTS.to),
    calls: numberOf(answers, 'calls', SYNTH_DEFAULTS.calls),
    cpus: numberOf(answers, 'cpus', SYNTH_DEFAULTS.cpus),
    reason: choiceOf(answers, 'reason', MIGRATE_REASONS, SYNTH_DEFAULTS.reason),
    mode: choiceOf(answers, 'mode', MIGRATE_MODES, SYNTH_DEFAULTS.mode),
    kind: choiceOf(answers, 'kind', SYNTH_KINDS, SYNTH_DEFAULTS.kind),
    pinned: numberOf(answers, 'pinned', SYNTH_DEFAULTS.pinned),
    pin: choiceOf(answers, 'pin', ['get', 'pin'], SYNTH_DEFAULTS.pin),
    seed: numberOf(answers, 'seed', SYNTH_DEFAULTS.seed),
  };
}

const UNITS = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 } as const;

function sizeOf(answers: Answers, name: string, fallback: number): number {
  const given = answers[name];
  if (given === undefined) return fallback;
  const match = /^(\d+(?:\.\d+)?)\s*([KMG]?)i?B?$/i.exec(String(given).trim());
  const unit = match?.[2]?.toUpperCase() as keyof typeof UNITS | undefined;
  const bytes = unit === undefined ? 0 : Number(match?.[1]) * UNITS[unit];
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw new Error(`${name} ${given} is not a size. Write one such as 4K, 2M, 256M or 1G.`);
}

function numberOf(answers: Answers, name: string, fallback: number): number {
  const value = answers[name] === undefined ? fallback : Number(answers[name]);
  if (Number.isSafeInteger(value)) return value;
  throw new Error(`${name} ${answers[name]} is not a whole number. Write one.`);
}

function choiceOf<T extends string>(answers: Answers, name: string, known: readonly T[], fallback: T): T {
  const given = answers[name] ?? fallback;
  const found = known.find((choice) => choice === given);
  if (found !== undefined) return found;
  throw new Error(`${name} ${given} is not known. Choose one of ${known.join(', ')}.`);
}

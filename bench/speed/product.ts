/** The product as its users meet it: the first answer of a fresh analysis thread, and a replay on the command line. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { describeWorkload } from '../../src/trace/calls/synth';
import { SYNTH_DEFAULTS } from '../../src/trace/calls/synthOptions';
import { writeMigtraceText } from '../../src/trace/formats/migtrace/writer';
import type { FirstAnswer, Moment } from './measured';
import { median } from './rounds';
import type { BenchCase } from './workloads';

export interface Usage {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** A replay that takes longer than this is not repeated. */
const LONGEST_MS = 20_000;

/** Writes a case's workload as a .migtrace text, as synth does for workloads of one folio size. */
export function writeTrace(file: string, benchCase: BenchCase, folios: number): void {
  const { value } = describeWorkload({ ...SYNTH_DEFAULTS, folios: 1 });
  writeFileSync(file, writeMigtraceText({ ...value, workload: benchCase.workload(folios) }));
}

/** From the start of a thread in a fresh process until it has read the trace and played it with its statistics; medians. */
export function firstAnswer(trace: string, benchCase: BenchCase, rounds: number): FirstAnswer {
  const script = path.join(__dirname, 'coldWorker.js');
  const all = Array.from({ length: rounds }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, trace, benchCase.name], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the analysis thread did not answer: ${stderr}`);
    return JSON.parse(stdout) as FirstAnswer;
  });
  const middle = (stage: keyof FirstAnswer): Moment => ({
    wallMs: median(all.map((one) => one[stage].wallMs)),
    cpuMs: median(all.map((one) => one[stage].cpuMs)),
  });
  return { online: middle('online'), opened: middle('opened'), answered: middle('answered') };
}

/** `node dist/cli.js replay TRACE …`, start of Node included; medians, and the largest peak. */
export function cliReplay(trace: string, args: readonly string[], rounds: number): Usage {
  const usageFile = `${trace}.usage`;
  const all: Usage[] = [];
  while (all.length < rounds && !all.some(({ wallMs }) => wallMs > LONGEST_MS)) {
    const begin = performance.now();
    const { status, stderr } = spawnSync(
      process.execPath,
      [
        '-r',
        path.join(__dirname, 'usageAtExit.js'),
        path.join('dist', 'cli.js'),
        'replay',
        trace,
        '--json',
        ...args,
      ],
      { encoding: 'utf8', env: { ...process.env, MIGTRACE_USAGE: usageFile } },
    );
    const wallMs = performance.now() - begin;
    if (status !== 0) throw new Error(`replay ended with ${status}: ${stderr}`);
    const used = JSON.parse(readFileSync(usageFile, 'utf8')) as Omit<Usage, 'wallMs'>;
    all.push({ wallMs, ...used });
  }
  return {
    wallMs: median(all.map(({ wallMs }) => wallMs)),
    cpuMs: median(all.map(({ cpuMs }) => cpuMs)),
    peakBytes: Math.max(...all.map(({ peakBytes }) => peakBytes)),
  };
}

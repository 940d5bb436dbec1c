/**
 * One measurement in a process of its own, so that its first call is cold and nobody else's garbage is collected in it.
 * Usage: node out/bench/measure.js CASE CONTENDER FOLIOS   prints one JSON object (`Measured`)
 */
import { defined } from '../src/base/assert';
import type { ContenderName } from './speed/contenders';
import { contenderOf } from './speed/contenders';
import type { Measured } from './speed/measured';
import { CASES } from './speed/workloads';

/** CPU time spent on warming up, and then on the calls that are counted, ns; at least one call each. V8 needs about a second of this code. */
const WARM_UP_NS = 1e9;
const COUNTED_NS = 300e6;
/** A first call longer than this is the only one: it was warm most of the time. */
const ONCE_NS = 8e9;

/** CPU time of this process, all its threads, ns. */
function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

function measure(caseName: string, contenderName: string, folios: number): Measured {
  const benchCase = defined(
    CASES.find(({ name }) => name === caseName),
    'a case of the bench',
  );
  const contender = contenderOf(contenderName as ContenderName, folios, benchCase);
  const begin = cpuNs();
  const result = contender.play();
  const coldNs = cpuNs() - begin;
  const outcome = contender.check(result);
  if (coldNs > ONCE_NS) return { coldNs, warmNs: coldNs, calls: 1, outcome };
  repeat(contender.play, WARM_UP_NS);
  const { spent, calls } = repeat(contender.play, COUNTED_NS);
  return { coldNs, warmNs: spent / calls, calls, outcome };
}

/** Calls `play` until so much CPU time has gone. */
function repeat(play: () => unknown, ns: number): { spent: number; calls: number } {
  const begin = cpuNs();
  let spent = 0;
  let calls = 0;
  for (let at = 1; spent < ns; at *= 2) {
    for (let i = 0; i < at; i++) play();
    calls += at;
    spent = cpuNs() - begin;
  }
  return { spent, calls };
}

const [caseName = '', contenderName = '', folios = ''] = process.argv.slice(2);
console.log(JSON.stringify(measure(caseName, contenderName, Number(folios))));

/** All that lies beside a recording, put together: the machine it was made on and what the kernel counted meanwhile. */
import { type Parsed, ProblemList } from '../../base/problem';
import type { MigrationTrace, TraceCounter, TraceMachine, TraceNode } from '../model';
import { type NamedText, readNodeFiles } from './nodeFiles';
import { counterDeltas, parseVmstat } from './vmstat';

export interface CompanionTexts {
  readonly vmstatBefore: NamedText | null;
  readonly vmstatAfter: NamedText | null;
  /** Files that `readNodeFiles` takes. */
  readonly nodeFiles: readonly NamedText[];
}

export interface Companions {
  readonly machine: TraceMachine | null;
  readonly counters: readonly TraceCounter[];
}

export function readCompanionTexts(texts: CompanionTexts): Parsed<Companions> {
  const problems = new ProblemList();
  const machine = readNodeFiles(texts.nodeFiles);
  for (const { message, hint, line } of machine.problems) problems.add(message, hint, line);
  const [before, after] = [texts.vmstatBefore, texts.vmstatAfter].map((file) => {
    if (file === null) return null;
    const read = parseVmstat(file.text);
    for (const { message, hint, line } of read.problems) {
      problems.add(`${file.name}: ${message}`, hint, line);
    }
    return read.value;
  });
  const both = before !== null && before !== undefined && after !== null && after !== undefined;
  if (!both && (texts.vmstatBefore !== null || texts.vmstatAfter !== null)) {
    problems.add(
      'Only one of the two readings of /proc/vmstat is there, so nothing can be compared.',
      'Give both: one from before the recording and one from after it.',
    );
  }
  return problems.parsed<Companions>({
    machine: machine.value,
    counters: both ? counterDeltas(before, after) : [],
  });
}

/** The machine that the trace itself tells of, completed with what lies beside it. */
export function completeMachine(own: TraceMachine | null, beside: TraceMachine | null): TraceMachine | null {
  if (own === null || beside === null) return own ?? beside;
  const ids = [...new Set([...own.nodes, ...beside.nodes].map(({ id }) => id))].sort((a, b) => a - b);
  const sameNodes = (machine: TraceMachine): boolean =>
    machine.nodes.length === ids.length && machine.nodes.every(({ id }, row) => id === ids[row]);
  return {
    name: own.name === '' ? beside.name : own.name,
    preset: own.preset ?? beside.preset,
    nodes: ids.map((id) => completeNode(nodeOf(own, id), nodeOf(beside, id), id)),
    distances:
      [own, beside].find((machine) => machine.distances !== null && sameNodes(machine))?.distances ?? null,
  };
}

function nodeOf(machine: TraceMachine, id: number): TraceNode | undefined {
  return machine.nodes.find((node) => node.id === id);
}

function completeNode(own: TraceNode | undefined, beside: TraceNode | undefined, id: number): TraceNode {
  const some = <T>(first: readonly T[] = [], second: readonly T[] = []): readonly T[] =>
    first.length > 0 ? first : second;
  return {
    id,
    cpus: some(own?.cpus, beside?.cpus),
    memoryBytes: own?.memoryBytes ?? beside?.memoryBytes ?? null,
    pfnSpans: some(own?.pfnSpans, beside?.pfnSpans),
  };
}

/** The trace with the counters and the machine, where it does not have them of its own. */
export function withCompanions(trace: MigrationTrace, { machine, counters }: Companions): MigrationTrace {
  return {
    ...trace,
    machine: completeMachine(trace.machine, machine),
    counters: trace.counters.length > 0 ? trace.counters : counters,
  };
}

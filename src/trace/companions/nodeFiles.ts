/**
 * Files about NUMA nodes: those of /sys/devices/system/node (`node0/meminfo`, `node0/cpulist`, `node0/distance`; the
 * shared samples call them `nodes.before.node0.meminfo`), /proc/zoneinfo and boot messages, by path → the machine.
 */
import { type Parsed, ProblemList } from '../../base/problem';
import type { TraceMachine, TraceNode } from '../model';
import { dmesgSpans } from './dmesg';
import { disjointSpans, type NodeSpan, spansByNode } from './pfnSpans';
import { parseZoneinfo, zoneSpans } from './zoneinfo';

export interface NamedText {
  /** Path or name; only its last parts matter. */
  readonly name: string;
  readonly text: string;
  /** What it is, where the name does not say. */
  readonly kind?: 'zoneinfo' | 'dmesg';
}

interface NodeFacts {
  cpus: readonly number[] | null;
  memoryBytes: number | null;
  distance: readonly number[] | null;
}

const NODE_FILE = /(?:^|[./])node(\d+)[./](cpulist|meminfo|distance)$/;
const MEM_TOTAL = /^Node \d+ MemTotal:\s+(\d+) kB/m;
const MAX_CPU = 65_535;

/** Whether `readNodeFiles` takes a file of this name. */
export function isNodeFile(name: string): boolean {
  return NODE_FILE.test(name) || isZoneinfo(name) || isDmesg(name);
}

/** What the files tell; null where they name no node. Boot messages beat zoneinfo, whose zones may enclose other nodes. */
export function readNodeFiles(files: readonly NamedText[]): Parsed<TraceMachine | null> {
  const problems = new ProblemList();
  const facts = new Map<number, NodeFacts>();
  const factsOf = (node: number): NodeFacts => {
    const known = facts.get(node) ?? { cpus: null, memoryBytes: null, distance: null };
    facts.set(node, known);
    return known;
  };
  let fromZones: readonly NodeSpan[] = [];
  let fromBoot: readonly NodeSpan[] = [];
  for (const { name, text, kind } of files) {
    const match = kind === undefined ? NODE_FILE.exec(name) : null;
    if (match !== null) {
      readNodeFile(name, match[2]!, text, factsOf(Number(match[1])), problems);
    } else if (kind === 'zoneinfo' || (kind === undefined && isZoneinfo(name))) {
      const zones = parseZoneinfo(text);
      for (const { message, hint, line } of zones.problems) problems.add(`${name}: ${message}`, hint, line);
      fromZones = zoneSpans(zones.value);
    } else if (kind === 'dmesg' || isDmesg(name)) {
      fromBoot = dmesgSpans(text);
      if (fromBoot.length === 0)
        problems.add(
          `${name}: no line tells where the memory of a node lies.`,
          'Give boot messages with their SRAT lines: dmesg > dmesg.txt, soon after the machine started.',
        );
    }
  }
  const spans = spansByNode(disjointSpans(fromBoot.length > 0 ? fromBoot : fromZones));
  for (const node of spans.keys()) factsOf(node);
  return problems.parsed(facts.size === 0 ? null : machineOf(facts, spans));
}

function isZoneinfo(name: string): boolean {
  return /(?:^|[./_-])zoneinfo([./_-][^/]*)?$/.test(name);
}

function isDmesg(name: string): boolean {
  return /(?:^|\/)dmesg[^/]*$/.test(name);
}

function readNodeFile(
  name: string,
  kind: string,
  text: string,
  facts: NodeFacts,
  problems: ProblemList,
): void {
  const wrong = (): void =>
    problems.add(`${name} does not hold what ${kind} holds.`, 'Copy /sys/devices/system/node again.');
  if (kind === 'meminfo') {
    const total = MEM_TOTAL.exec(text);
    if (total === null) wrong();
    else facts.memoryBytes = Number(total[1]) * 1024;
  } else if (kind === 'cpulist') {
    facts.cpus = parseCpuList(text.trim());
    if (facts.cpus === null) wrong();
  } else {
    const row = text.trim().split(/\s+/).map(Number);
    if (row.every((distance) => Number.isInteger(distance) && distance > 0)) facts.distance = row;
    else wrong();
  }
}

function machineOf(
  facts: ReadonlyMap<number, NodeFacts>,
  spans: ReadonlyMap<number, readonly (readonly [number, number])[]>,
): TraceMachine {
  const sorted = [...facts].sort(([left], [right]) => left - right);
  const nodes = sorted.map(([id, { cpus, memoryBytes }]): TraceNode => ({
    id,
    cpus: cpus ?? [],
    memoryBytes,
    pfnSpans: spans.get(id) ?? [],
  }));
  const rows = sorted.map(([, { distance }]) => distance);
  const distances = rows.filter((row) => row !== null && row.length === rows.length) as (readonly number[])[];
  return { name: '', nodes, distances: distances.length === rows.length ? distances : null, preset: null };
}

/** `0-3,8`; empty for a node without CPUs; null where it is no list (bitmap_print_to_pagebuf(), lib/bitmap-str.c). */
function parseCpuList(text: string): readonly number[] | null {
  const cpus: number[] = [];
  if (text === '') return cpus;
  for (const part of text.split(',')) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (match === null || last < first || last > MAX_CPU || cpus.length > MAX_CPU) return null;
    for (let cpu = first; cpu <= last; cpu++) cpus.push(cpu);
  }
  return cpus;
}

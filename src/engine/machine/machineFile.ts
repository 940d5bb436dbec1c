/**
 * Machine files (`*.migtopo.json`): the shape of `Machine`, with `"extends": "<preset>"` to name only
 * what differs. Comments and trailing commas are allowed. A cost may be a bare number, which then
 * counts as assumed by the file. media/migtopo.schema.json says the same to an editor.
 *
 * Contract: never throws. A field that is wrong is reported with its line and keeps the preset's
 * value; `value` is null only where no machine is left (broken JSON, unknown preset, a file without
 * `extends` that lacks fields).
 */
import type { Node, ParseError } from 'jsonc-parser/lib/esm/main';
import { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser/lib/esm/main';
import type { Parsed } from '../../base/problem';
import { ProblemList } from '../../base/problem';
import { COSTS, VARIATIONS } from './costs';
import type { DmaDevice, Machine, MachineNode, Quantity, SourceKind } from './machine';

export type Presets = Readonly<Record<string, Machine>>;

const FIELDS = [
  '$schema',
  'extends',
  'name',
  'title',
  'source',
  'cpuHertz',
  'nodes',
  'distances',
  'dmaDevices',
  'costs',
  'variation',
] as const;
const SOURCE_KINDS: readonly SourceKind[] = ['measured', 'published', 'datasheet', 'fitted', 'assumed'];
const MEMORY_KINDS: ReadonlySet<MachineNode['memory']> = new Set(['dram', 'cxl', 'unknown']);

/** What reading one file needs everywhere: its text for line numbers, and where problems go. */
interface Reading {
  readonly text: string;
  readonly list: ProblemList;
  /** Where numbers without a source of their own are said to come from. */
  source: string;
}

export function parseMachineFile(text: string, presets: Presets): Parsed<Machine | null> {
  const reading: Reading = { text, list: new ProblemList(), source: 'machine file' };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const broken = errors[0];
  if (root === undefined || root.type !== 'object' || broken !== undefined) {
    const what = broken === undefined ? 'not an object' : printParseErrorCode(broken.error);
    const message = `The machine file is not valid JSON (${what}).`;
    reading.list.add(message, 'Correct the file at this line.', lineAt(text, broken?.offset ?? 0));
    return reading.list.parsed(null);
  }
  reportUnknown(reading, root, FIELDS, 'field');
  const base = basePreset(reading, root, presets);
  if (base === 'unknown') return reading.list.parsed(null);
  return reading.list.parsed(build(reading, root, base));
}

function basePreset(reading: Reading, root: Node, presets: Presets): Machine | null | 'unknown' {
  const node = findNodeAtLocation(root, ['extends']);
  if (node === undefined) return null;
  const name: unknown = getNodeValue(node);
  const preset = typeof name === 'string' && Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset !== undefined) return preset;
  const known = Object.keys(presets).join(', ');
  problem(
    reading,
    node,
    `There is no machine named ${JSON.stringify(name)} to extend.`,
    `Known are: ${known}.`,
  );
  return 'unknown';
}

function build(reading: Reading, root: Node, base: Machine | null): Machine | null {
  const before = reading.list.count;
  const name = readText(reading, root, 'name') ?? base?.name;
  reading.source = readText(reading, root, 'source') ?? `machine file ${name ?? ''}`.trim();
  const title = readText(reading, root, 'title') ?? name;
  const nodes = readArray(reading, root, 'nodes', readNode) ?? base?.nodes;
  const machine: Partial<Record<keyof Machine, unknown>> = {
    name,
    title,
    source: reading.source,
    cpuHertz: readField(reading, root, 'cpuHertz') ?? base?.cpuHertz,
    nodes,
    distances:
      readDistances(reading, root, nodes?.length ?? 0) ?? (base?.nodes === nodes ? base?.distances : null),
    pairs: base?.pairs ?? [],
    measuredDistance: base?.measuredDistance ?? { value: null, kind: 'assumed', source: reading.source },
    iommu: base?.iommu ?? { value: 'lazy', kind: 'assumed', source: reading.source },
    dmaDevices: readArray(reading, root, 'dmaDevices', readDevice) ?? base?.dmaDevices ?? [],
    costs: readTable(reading, root, 'costs', Object.keys(COSTS), base?.costs),
    variation: readTable(reading, root, 'variation', Object.keys(VARIATIONS), base?.variation),
  };
  const missing = Object.keys(machine).filter((key) => machine[key as keyof Machine] === undefined);
  if (missing.length === 0) return machine as unknown as Machine;
  if (base === null && reading.list.count === before) {
    const hint = 'Add them, or name a preset with "extends" and write only what differs.';
    problem(reading, root, `The machine lacks ${missing.join(', ')}.`, hint);
  }
  return null;
}

function readField(reading: Reading, parent: Node, key: string): Quantity | undefined {
  const node = findNodeAtLocation(parent, [key]);
  return node === undefined ? undefined : readQuantity(reading, node, key);
}

/** A number, or `{ value, source, kind }`. */
function readQuantity(reading: Reading, node: Node, what: string): Quantity | undefined {
  const raw: unknown = getNodeValue(node);
  if (isAmount(raw)) return { value: raw, source: reading.source, kind: 'assumed' };
  const given = raw as Partial<Quantity> | null;
  if (typeof given !== 'object' || given === null || !isAmount(given.value)) {
    const hint = 'Write a number, or { "value": 12, "source": "…", "kind": "measured" }.';
    problem(reading, node, `${what} is not a number of at least 0.`, hint);
    return undefined;
  }
  const kind = given.kind ?? 'assumed';
  if (!SOURCE_KINDS.includes(kind)) {
    const kindNode = findNodeAtLocation(node, ['kind']) ?? node;
    problem(reading, kindNode, `${what} has an unknown kind.`, `One of: ${SOURCE_KINDS.join(', ')}.`);
    return undefined;
  }
  return {
    value: given.value,
    source: typeof given.source === 'string' ? given.source : reading.source,
    kind,
  };
}

/** All names of a table of quantities; undefined where one is missing. */
function readTable(
  reading: Reading,
  root: Node,
  key: 'costs' | 'variation',
  names: readonly string[],
  base: Readonly<Record<string, Quantity>> | undefined,
): Readonly<Record<string, Quantity>> | undefined {
  const table: Record<string, Quantity> = { ...base };
  const node = findNodeAtLocation(root, [key]);
  if (node !== undefined) {
    if (node.type !== 'object')
      problem(reading, node, `${key} is not an object.`, 'Write { "name": value, … }.');
    reportUnknown(reading, node, names, key === 'costs' ? 'cost' : 'variation');
    for (const name of names) {
      const quantity = node.type === 'object' ? readField(reading, node, name) : undefined;
      if (quantity !== undefined) table[name] = quantity;
    }
  }
  const missing = names.filter((name) => table[name] === undefined);
  if (missing.length === 0) return table;
  problem(
    reading,
    node ?? root,
    `${key} lacks ${missing.join(', ')}.`,
    'Add them, or name a preset with "extends".',
  );
  return undefined;
}

function readArray<T>(
  reading: Reading,
  root: Node,
  key: string,
  read: (reading: Reading, node: Node) => T | null,
): readonly T[] | undefined {
  const node = findNodeAtLocation(root, [key]);
  if (node === undefined) return undefined;
  if (node.type !== 'array') {
    problem(reading, node, `${key} is not a list.`, 'Write [ … ].');
    return undefined;
  }
  const items = (node.children ?? []).map((child) => read(reading, child));
  return items.includes(null) ? undefined : (items as T[]);
}

function readNode(reading: Reading, node: Node): MachineNode | null {
  const raw = getNodeValue(node) as Partial<MachineNode> | null;
  const memory = raw?.memory ?? 'unknown';
  const cpus = raw?.cpus ?? [];
  const bytes = raw?.memoryBytes ?? null;
  const valid =
    Number.isInteger(raw?.id) &&
    MEMORY_KINDS.has(memory) &&
    Array.isArray(cpus) &&
    cpus.every(Number.isInteger) &&
    (bytes === null || isAmount(bytes));
  if (valid) return { id: raw?.id ?? 0, memory, cpus, memoryBytes: bytes };
  const hint = 'Write { "id": 0, "memory": "dram", "cpus": [0, 1], "memoryBytes": 68719476736 }.';
  problem(reading, node, 'This node is not understood.', hint);
  return null;
}

function readDevice(reading: Reading, node: Node): DmaDevice | null {
  const raw = getNodeValue(node) as Partial<DmaDevice> | null;
  const channels = raw?.channels ?? 0;
  const engines = raw?.engines ?? channels;
  const shared = Number.isInteger(engines) && engines > 0 && engines <= channels;
  if (typeof raw?.name === 'string' && Number.isInteger(channels) && channels > 0 && shared) {
    return {
      name: raw.name,
      driver: raw.driver ?? raw.name,
      node: raw.node ?? null,
      channels,
      engines,
      queueDepth: raw.queueDepth ?? null,
      inFlight: raw.inFlight ?? 1,
      completionWindow: raw.completionWindow ?? 1,
      interrupts: raw.interrupts ?? 'per-list',
    };
  }
  const hint = 'Write { "name": "dma0", "driver": "ptdma", "node": 0, "channels": 16, "engines": 8 }.';
  problem(reading, node, 'This DMA device is not understood.', hint);
  return null;
}

function readDistances(reading: Reading, root: Node, nodes: number): readonly (readonly number[])[] | null {
  const node = findNodeAtLocation(root, ['distances']);
  if (node === undefined || node.type === 'null') return null;
  const rows: unknown = getNodeValue(node);
  const square = (row: unknown) => Array.isArray(row) && row.length === nodes && row.every(isAmount);
  if (Array.isArray(rows) && rows.length === nodes && rows.every(square)) return rows as number[][];
  problem(
    reading,
    node,
    'The distances do not match the nodes.',
    `Write ${nodes} rows of ${nodes} numbers each, as numactl -H prints them.`,
  );
  return null;
}

function readText(reading: Reading, root: Node, key: string): string | undefined {
  const node = findNodeAtLocation(root, [key]);
  if (node === undefined || node.type === 'string') return node?.value as string | undefined;
  problem(reading, node, `${key} is not a text.`, 'Write it in double quotes.');
  return undefined;
}

function reportUnknown(reading: Reading, parent: Node, known: readonly string[], what: string): void {
  for (const property of parent.type === 'object' ? (parent.children ?? []) : []) {
    const key = property.children?.[0];
    if (key === undefined || known.includes(key.value as string)) continue;
    problem(reading, key, `Unknown ${what} ${JSON.stringify(key.value)}.`, `Known are: ${known.join(', ')}.`);
  }
}

function problem(reading: Reading, node: Node, message: string, hint: string): void {
  reading.list.add(message, hint, lineAt(reading.text, node.offset), node.offset);
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

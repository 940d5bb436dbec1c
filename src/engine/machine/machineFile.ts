/**
 * Machine files (`*.migtopo.json`): the shape of `Machine`, with `"extends": "<preset>"` to name only
 * what differs. Comments and trailing commas are allowed. A cost may be a bare number, which then
 * counts as assumed by the file. A DMA device may name a device preset, which brings its costs: those
 * hold against the extended machine's, and the file's own `costs` against both.
 * media/migtopo.schema.json says the same to an editor.
 *
 * Contract: never throws. A field that is wrong is reported with its line and keeps the preset's
 * value; `value` is null only where no machine is left (broken JSON, unknown preset, a file without
 * `extends` that lacks fields).
 */
import type { Node, ParseError } from 'jsonc-parser/lib/esm/main';
import { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser/lib/esm/main';
import type { Parsed } from '../../base/problem';
import { ProblemList } from '../../base/problem';
import type { CostName } from './costs';
import { COSTS, VARIATIONS } from './costs';
import type { ReadDevice } from './file/hardware';
import { readDevice, readDistances, readNode, readPair, withoutRepeats } from './file/hardware';
import type { Accepts, Reading } from './file/reading';
import {
  accepts,
  AMOUNT,
  lineAt,
  POSITIVE,
  problem,
  readArray,
  readField,
  readSetting,
  readTable,
  readText,
  reportUnknown,
} from './file/reading';
import type { Machine, Quantity, Setting } from './machine';
import { IOMMU_MODES } from './machine';
import { deviceCosts } from './presets/devices/withDevice';

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
  'pairs',
  'measuredDistance',
  'iommu',
  'dmaDevices',
  'costs',
  'variation',
] as const satisfies readonly (keyof Machine | '$schema' | 'extends')[];

const COST_VALUES = Object.fromEntries(
  Object.entries(COSTS).map(([name, { unit }]) => [name, unit === 'GB/s' ? POSITIVE : AMOUNT]),
);
const VARIATION_VALUES = Object.fromEntries(Object.keys(VARIATIONS).map((name) => [name, AMOUNT]));

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
  const message = `There is no machine named ${JSON.stringify(name)} to extend.`;
  problem(reading, node, message, `Known are: ${known}.`);
  return 'unknown';
}

function build(reading: Reading, root: Node, base: Machine | null): Machine | null {
  const before = reading.list.count;
  const name = readText(reading, root, 'name') ?? base?.name;
  reading.source = readText(reading, root, 'source') ?? `machine file ${name ?? ''}`.trim();
  const title = readText(reading, root, 'title') ?? name;
  const nodes = readArray(reading, root, 'nodes', (node) => readNode(reading, node)) ?? base?.nodes ?? [];
  const pairs = readArray(reading, root, 'pairs', (node) => readPair(reading, node, nodes));
  const devices = readArray(reading, root, 'dmaDevices', (node) => readDevice(reading, node));
  // Other nodes are other ways between them.
  const between = base?.nodes === nodes ? base : null;
  const machine: Partial<Record<keyof Machine, unknown>> = {
    name,
    title,
    source: reading.source,
    cpuHertz: readField(reading, root, 'cpuHertz', POSITIVE) ?? base?.cpuHertz,
    nodes: nodes.length > 0 ? nodes : undefined,
    distances: readDistances(reading, root, nodes.length) ?? between?.distances ?? null,
    pairs: pairs === undefined ? (between?.pairs ?? []) : withoutRepeats(reading, root, pairs),
    measuredDistance:
      measuredDistance(reading, root) ?? base?.measuredDistance ?? assumed(reading, null as number | null),
    iommu:
      readField(reading, root, 'iommu', accepts(IOMMU_MODES)) ??
      base?.iommu ??
      assumed(reading, 'lazy' as const),
    dmaDevices: devices?.map(({ device }) => device) ?? base?.dmaDevices ?? [],
    costs: readTable(reading, root, 'costs', COST_VALUES, {
      ...base?.costs,
      ...costsOfDevices(reading, root, devices ?? []),
    }),
    variation: readTable(reading, root, 'variation', VARIATION_VALUES, base?.variation),
  };
  const missing = Object.keys(machine).filter((key) => machine[key as keyof Machine] === undefined);
  if (missing.length === 0) return machine as unknown as Machine;
  if (base === null && reading.list.count === before) {
    const hint = 'Add them, or name a preset with "extends" and write only what differs.';
    problem(reading, root, `The machine lacks ${missing.join(', ')}.`, hint);
  }
  return null;
}

/** Costs that the devices' presets bring. A machine has one of each: where two presets differ, the first holds. */
function costsOfDevices(
  reading: Reading,
  root: Node,
  devices: readonly ReadDevice[],
): Partial<Record<CostName, Quantity>> {
  const presets = devices.flatMap(({ preset }) => preset ?? []);
  const [first] = presets;
  if (first === undefined) return {};
  const row = devices.findIndex(({ preset }) => preset !== null && preset !== first);
  if (row >= 0) {
    const node = findNodeAtLocation(root, ['dmaDevices', row, 'preset']) ?? root;
    const message = `A machine has one set of DMA costs: those of ${first.name} hold.`;
    problem(reading, node, message, 'Use one preset, and give what differs in "costs".');
  }
  return deviceCosts(first, presets.filter((preset) => preset === first).length);
}

/** The distance may be null also with a source. */
function measuredDistance(reading: Reading, root: Node): Setting<number | null> | undefined {
  const node = findNodeAtLocation(root, ['measuredDistance']);
  const values: Accepts<number | null> = {
    is: (value): value is number | null => value === null || POSITIVE.is(value),
    what: `${POSITIVE.what} or null`,
    example: '20',
  };
  return node === undefined ? undefined : readSetting(reading, node, 'measuredDistance', values);
}

function assumed<T>(reading: Reading, value: T): Setting<T> {
  return { value, kind: 'assumed', source: reading.source };
}

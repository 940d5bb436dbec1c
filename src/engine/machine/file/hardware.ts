/** What a machine file says of nodes, of the way between two of them, and of DMA devices. */
import type { Node } from 'jsonc-parser/lib/esm/main';
import { findNodeAtLocation, getNodeValue } from 'jsonc-parser/lib/esm/main';
import type { DmaDevice, MachineNode, NodePair, Quantity } from '../machine';
import { deviceOf } from '../presets/devices/withDevice';
import { DEVICE_PRESETS } from '../presets/devices/registry';
import type { DevicePreset } from '../presets/devices/devicePreset';
import type { Accepts, Reading } from './reading';
import { AMOUNT, accepts, isAmount, POSITIVE, problem, readSetting, reportUnknown } from './reading';

const MEMORY_KINDS: ReadonlySet<MachineNode['memory']> = new Set(['dram', 'cxl', 'unknown']);

export function readNode(reading: Reading, node: Node): MachineNode | null {
  reportUnknown(reading, node, ['id', 'memory', 'cpus', 'memoryBytes'], 'field of a node');
  const raw = getNodeValue(node) as Partial<MachineNode> | null;
  const { id, memory = 'unknown', cpus = [], memoryBytes = null } = raw ?? {};
  const valid =
    isCount(id) &&
    MEMORY_KINDS.has(memory) &&
    Array.isArray(cpus) &&
    cpus.every(isCount) &&
    (memoryBytes === null || isAmount(memoryBytes));
  if (valid) return { id, memory, cpus, memoryBytes };
  const hint = 'Write { "id": 0, "memory": "dram", "cpus": [0, 1], "memoryBytes": 68719476736 }.';
  problem(reading, node, 'This node is not understood.', hint);
  return null;
}

export function readDistances(
  reading: Reading,
  root: Node,
  nodes: number,
): readonly (readonly number[])[] | null {
  const node = findNodeAtLocation(root, ['distances']);
  if (node === undefined || node.type === 'null') return null;
  const rows: unknown = getNodeValue(node);
  const square = (row: unknown) => Array.isArray(row) && row.length === nodes && row.every(POSITIVE.is);
  if (Array.isArray(rows) && rows.length === nodes && rows.every(square)) return rows as number[][];
  problem(
    reading,
    node,
    'The distances do not match the nodes.',
    `Write ${nodes} rows of ${nodes} numbers each, as numactl -H prints them.`,
  );
  return null;
}

/** One pair of nodes. Quantities that are left out or null are the machine's own. */
export function readPair(reading: Reading, node: Node, nodes: readonly MachineNode[]): NodePair | null {
  reportUnknown(reading, node, ['from', 'to', 'copyMemory', 'copyPage', 'nodeLink'], 'field of a pair');
  const raw = getNodeValue(node) as Partial<NodePair> | null;
  const { from, to } = raw ?? {};
  const ids = nodes.map(({ id }) => id);
  if (!isCount(from) || !isCount(to) || !ids.includes(from) || !ids.includes(to)) {
    const hint = `Write { "from": ${ids[0] ?? 0}, "to": ${ids[1] ?? 1}, "copyMemory": 20 }; the nodes are ${ids.join(', ')}.`;
    problem(reading, node, 'This pair does not name two nodes of the machine.', hint);
    return null;
  }
  const bandwidth = pairQuantity(reading, node, 'copyMemory', POSITIVE);
  const page = pairQuantity(reading, node, 'copyPage', AMOUNT);
  const link = pairQuantity(reading, node, 'nodeLink', POSITIVE);
  if (bandwidth === undefined || page === undefined || link === undefined) return null;
  return { from, to, copyMemory: bandwidth, ...(page !== null && { copyPage: page }), nodeLink: link };
}

/** null where the pair says nothing of its own; undefined where what it says is wrong. */
function pairQuantity(
  reading: Reading,
  pair: Node,
  key: string,
  values: Accepts<number>,
): Quantity | null | undefined {
  const node = findNodeAtLocation(pair, [key]);
  if (node === undefined || node.type === 'null') return null;
  return readSetting(reading, node, `${key} of a pair`, values);
}

/** Reports pairs that are given twice; the first holds. */
export function withoutRepeats(reading: Reading, root: Node, pairs: readonly NodePair[]): NodePair[] {
  return pairs.filter(({ from, to }, row) => {
    const first = pairs.findIndex((other) => other.from === from && other.to === to);
    if (first === row) return true;
    const node = findNodeAtLocation(root, ['pairs', row]) ?? root;
    problem(reading, node, `The pair ${from} to ${to} is given twice.`, 'Keep one; the first one holds.');
    return false;
  });
}

export interface ReadDevice {
  readonly device: DmaDevice;
  /** null: described by the file alone. */
  readonly preset: DevicePreset | null;
}

const count: Accepts<number> = {
  is: (value): value is number => isCount(value) && value > 0,
  what: 'a whole number of at least 1',
  example: '1',
};
const INTERRUPTS = accepts(['per-descriptor', 'per-list'] as const);
const DEVICE_FIELDS = [
  'preset',
  'name',
  'driver',
  'node',
  'channels',
  'engines',
  'queueDepth',
  'inFlight',
  'completionWindow',
  'interrupts',
] as const satisfies readonly (keyof DmaDevice | 'preset')[];

/** A device in full, or a preset and what differs from it. */
export function readDevice(reading: Reading, node: Node): ReadDevice | null {
  reportUnknown(reading, node, DEVICE_FIELDS, 'field of a DMA device');
  const raw = getNodeValue(node) as Partial<Record<(typeof DEVICE_FIELDS)[number], unknown>> | null;
  const preset = devicePreset(reading, node);
  if (preset === undefined) return null;
  const name = raw?.name ?? preset?.name;
  if (raw === null || typeof raw !== 'object' || typeof name !== 'string') {
    return notUnderstood(reading, node, 'This DMA device is not understood.');
  }
  const wrong: string[] = [];
  const take = <T>(key: (typeof DEVICE_FIELDS)[number], values: Accepts<T>): T | undefined => {
    const value = raw[key];
    if (value === undefined || values.is(value)) return value;
    wrong.push(`${key} is not ${values.what}`);
    return undefined;
  };
  const driver = take('driver', TEXT);
  const place = take('node', orNull(WHOLE));
  const channels = take('channels', count);
  const given =
    preset === null ? null : deviceOf(preset, { name, ...(channels !== undefined && { channels }) });
  const all = channels ?? given?.channels ?? 0;
  const device: DmaDevice = {
    name,
    driver: driver ?? given?.driver ?? name,
    node: place ?? null,
    channels: all,
    engines: take('engines', count) ?? given?.engines ?? all,
    queueDepth:
      take('queueDepth', orNull(count)) ?? (raw.queueDepth === null ? null : (given?.queueDepth ?? null)),
    inFlight: take('inFlight', count) ?? given?.inFlight ?? 1,
    completionWindow: take('completionWindow', count) ?? given?.completionWindow ?? 1,
    interrupts: take('interrupts', INTERRUPTS) ?? given?.interrupts ?? 'per-list',
  };
  if (all === 0 && wrong.length === 0) wrong.push('channels is missing');
  if (device.engines > device.channels && wrong.length === 0) wrong.push('it has more engines than channels');
  if (wrong.length === 0) return { device, preset };
  return notUnderstood(
    reading,
    node,
    `The DMA device ${JSON.stringify(name)} is not understood: ${wrong.join(', ')}.`,
  );
}

/** null: the device names none; undefined: it names one that there is not. */
function devicePreset(reading: Reading, device: Node): DevicePreset | null | undefined {
  const node = device.type === 'object' ? findNodeAtLocation(device, ['preset']) : undefined;
  if (node === undefined) return null;
  const name: unknown = getNodeValue(node);
  if (typeof name === 'string' && Object.hasOwn(DEVICE_PRESETS, name)) return DEVICE_PRESETS[name];
  const known = Object.keys(DEVICE_PRESETS).join(', ');
  problem(reading, node, `There is no DMA device named ${JSON.stringify(name)}.`, `Known are: ${known}.`);
  return undefined;
}

function notUnderstood(reading: Reading, node: Node, message: string): null {
  const hint =
    'Write { "name": "dma0", "driver": "ptdma", "node": 0, "channels": 16, "engines": 8 }, or { "preset": "dsa", "name": "dsa0", "channels": 8 }.';
  problem(reading, node, message, hint);
  return null;
}

const TEXT: Accepts<string> = {
  is: (value): value is string => typeof value === 'string',
  what: 'a text',
  example: '"ptdma"',
};
const WHOLE: Accepts<number> = { is: isCount, what: 'a node number', example: '0' };

function orNull<T>(values: Accepts<T>): Accepts<T | null> {
  return {
    is: (value): value is T | null => value === null || values.is(value),
    what: `${values.what} or null`,
    example: values.example,
  };
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

/** Reading one machine file: values with their sources, and problems with their lines. */
import type { Node } from 'jsonc-parser/lib/esm/main';
import { findNodeAtLocation, getNodeValue } from 'jsonc-parser/lib/esm/main';
import type { ProblemList } from '../../../base/problem';
import type { Quantity, Setting, SourceKind } from '../machine';

const SOURCE_KINDS: readonly SourceKind[] = ['measured', 'published', 'datasheet', 'fitted', 'assumed'];

/** What reading one file needs everywhere: its text for line numbers, and where problems go. */
export interface Reading {
  readonly text: string;
  readonly list: ProblemList;
  /** Where numbers without a source of their own are said to come from. */
  source: string;
}

/** Which values a field takes. */
export interface Accepts<T> {
  readonly is: (value: unknown) => value is T;
  /** Ends "… is not", with an example for the hint. */
  readonly what: string;
  readonly example: string;
}

export const AMOUNT: Accepts<number> = { is: isAmount, what: 'a number of at least 0', example: '12' };
/** What is divided by: bandwidths and clocks. */
export const POSITIVE: Accepts<number> = { is: isPositive, what: 'a number above 0', example: '12' };

export function accepts<T extends string>(values: readonly T[]): Accepts<T> {
  return {
    is: (value): value is T => values.includes(value as T),
    what: `one of ${values.join(', ')}`,
    example: JSON.stringify(values[0]),
  };
}

/** A bare value, which then counts as assumed by the file, or `{ value, source, kind }`. */
export function readSetting<T>(
  reading: Reading,
  node: Node,
  what: string,
  values: Accepts<T>,
): Setting<T> | undefined {
  const raw: unknown = getNodeValue(node);
  if (values.is(raw)) return { value: raw, source: reading.source, kind: 'assumed' };
  const given = raw as Partial<Setting<unknown>> | null;
  if (node.type !== 'object' || given === null || !values.is(given.value)) {
    const hint = `Write ${values.example}, or { "value": ${values.example}, "source": "…", "kind": "measured" }.`;
    problem(reading, node, `${what} is not ${values.what}.`, hint);
    return undefined;
  }
  reportUnknown(reading, node, ['value', 'source', 'kind'], 'part of a number');
  const { kind = 'assumed', source = reading.source } = given;
  if (!SOURCE_KINDS.includes(kind)) {
    const kindNode = findNodeAtLocation(node, ['kind']) ?? node;
    problem(reading, kindNode, `${what} has an unknown kind.`, `One of: ${SOURCE_KINDS.join(', ')}.`);
    return undefined;
  }
  if (typeof source !== 'string') {
    const sourceNode = findNodeAtLocation(node, ['source']) ?? node;
    problem(reading, sourceNode, `${what} has a source that is no text.`, 'Write it in double quotes.');
    return undefined;
  }
  return { value: given.value, source, kind };
}

export function readField<T>(
  reading: Reading,
  parent: Node,
  key: string,
  values: Accepts<T>,
): Setting<T> | undefined {
  const node = findNodeAtLocation(parent, [key]);
  return node === undefined ? undefined : readSetting(reading, node, key, values);
}

/** All names of a table of quantities; undefined where one is missing. */
export function readTable(
  reading: Reading,
  root: Node,
  key: 'costs' | 'variation',
  names: Readonly<Record<string, Accepts<number>>>,
  base: Readonly<Record<string, Quantity>> | undefined,
): Readonly<Record<string, Quantity>> | undefined {
  const table: Record<string, Quantity> = { ...base };
  const known = Object.keys(names);
  const node = findNodeAtLocation(root, [key]);
  if (node !== undefined) {
    if (node.type !== 'object')
      problem(reading, node, `${key} is not an object.`, 'Write { "name": value, … }.');
    reportUnknown(reading, node, known, key === 'costs' ? 'cost' : 'variation');
    for (const [name, values] of Object.entries(names)) {
      const quantity = node.type === 'object' ? readField(reading, node, name, values) : undefined;
      if (quantity !== undefined) table[name] = quantity;
    }
  }
  const missing = known.filter((name) => table[name] === undefined);
  if (missing.length === 0) return table;
  const hint = 'Add them, or name a preset with "extends".';
  problem(reading, node ?? root, `${key} lacks ${missing.join(', ')}.`, hint);
  return undefined;
}

export function readArray<T>(
  reading: Reading,
  root: Node,
  key: string,
  read: (node: Node) => T | null,
): readonly T[] | undefined {
  const node = findNodeAtLocation(root, [key]);
  if (node === undefined) return undefined;
  if (node.type !== 'array') {
    problem(reading, node, `${key} is not a list.`, 'Write [ … ].');
    return undefined;
  }
  const items = (node.children ?? []).map(read);
  return items.includes(null) ? undefined : (items as T[]);
}

export function readText(reading: Reading, root: Node, key: string): string | undefined {
  const node = findNodeAtLocation(root, [key]);
  if (node === undefined || node.type === 'string') return node?.value as string | undefined;
  problem(reading, node, `${key} is not a text.`, 'Write it in double quotes.');
  return undefined;
}

export function reportUnknown(reading: Reading, parent: Node, known: readonly string[], what: string): void {
  for (const property of parent.type === 'object' ? (parent.children ?? []) : []) {
    const key = property.children?.[0];
    if (key === undefined || known.includes(key.value as string)) continue;
    problem(reading, key, `Unknown ${what} ${JSON.stringify(key.value)}.`, `Known are: ${known.join(', ')}.`);
  }
}

export function problem(reading: Reading, node: Node, message: string, hint: string): void {
  reading.list.add(message, hint, lineAt(reading.text, node.offset), node.offset);
}

export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isPositive(value: unknown): value is number {
  return isAmount(value) && value > 0;
}

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

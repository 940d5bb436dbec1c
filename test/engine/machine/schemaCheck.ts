/** Checks a value against as much of JSON Schema (draft 7) as media/migtopo.schema.json uses; throws at any other keyword. */

export type Schema = Readonly<Record<string, unknown>>;

const SAYS_NOTHING = new Set([
  '$schema',
  'title',
  'description',
  'allowComments',
  'allowTrailingCommas',
  'definitions',
]);

/** Where and why `value` does not fit; empty where it does. */
export function mismatches(root: Schema, value: unknown, schema: Schema = root, at = '$'): string[] {
  return Object.entries(schema).flatMap(([keyword, rule]) => {
    if (SAYS_NOTHING.has(keyword)) return [];
    const check = KEYWORDS[keyword];
    if (check === undefined) throw new Error(`The check does not know the keyword ${keyword}.`);
    return check(rule, value, at, (inner, part, where) => mismatches(root, part, inner, where), root, schema);
  });
}

type Check = (
  rule: unknown,
  value: unknown,
  at: string,
  inner: (schema: Schema, part: unknown, at: string) => string[],
  root: Schema,
  schema: Schema,
) => string[];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function typeOf(value: unknown): string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['number', 'integer'] : ['number'];
  return [typeof value];
}

const fail = (wrong: boolean, message: string) => (wrong ? [message] : []);

const KEYWORDS: Readonly<Record<string, Check>> = {
  type: (rule, value, at) => {
    const wanted = [rule].flat() as string[];
    return fail(!typeOf(value).some((type) => wanted.includes(type)), `${at}: not ${wanted.join(' or ')}`);
  },
  enum: (rule, value, at) => fail(!(rule as unknown[]).includes(value), `${at}: not in the list`),
  minimum: (rule, value, at) =>
    fail(typeof value === 'number' && value < (rule as number), `${at}: too small`),
  exclusiveMinimum: (rule, value, at) =>
    fail(typeof value === 'number' && value <= (rule as number), `${at}: too small`),
  minItems: (rule, value, at) =>
    fail(Array.isArray(value) && value.length < (rule as number), `${at}: too few`),
  required: (rule, value, at) =>
    fail(
      isObject(value) && !(rule as string[]).every((key) => Object.hasOwn(value, key)),
      `${at}: lacks a field`,
    ),
  properties: (rule, value, at, inner) =>
    isObject(value)
      ? Object.entries(rule as Record<string, Schema>).flatMap(([key, schema]) =>
          Object.hasOwn(value, key) ? inner(schema, value[key], `${at}.${key}`) : [],
        )
      : [],
  additionalProperties: (_, value, at, __, ___, schema) =>
    isObject(value)
      ? Object.keys(value)
          .filter((key) => !Object.hasOwn(schema['properties'] as object, key))
          .map((key) => `${at}: does not know ${key}`)
      : [],
  items: (rule, value, at, inner) =>
    Array.isArray(value) ? value.flatMap((item, i) => inner(rule as Schema, item, `${at}[${i}]`)) : [],
  oneOf: (rule, value, at, inner) =>
    fail(
      (rule as Schema[]).filter((schema) => inner(schema, value, at).length === 0).length !== 1,
      `${at}: not one of`,
    ),
  anyOf: (rule, value, at, inner) =>
    fail(!(rule as Schema[]).some((schema) => inner(schema, value, at).length === 0), `${at}: none of`),
  $ref: (rule, value, at, inner, root) => {
    const name = (rule as string).replace('#/definitions/', '');
    return inner((root['definitions'] as Record<string, Schema>)[name] as Schema, value, at);
  },
};

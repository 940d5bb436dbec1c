/** Struct-of-arrays storage: one growable typed array per column, all of one length. */
export type TypedArray =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

const CONSTRUCTORS = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f64: Float64Array,
} as const;

export type ColumnType = keyof typeof CONSTRUCTORS;
/** The columns of a table: name → element type. */
export type Schema = Readonly<Record<string, ColumnType>>;
type ArrayOf<T extends ColumnType> = InstanceType<(typeof CONSTRUCTORS)[T]>;
/** The typed arrays of a table; entries at and beyond `length` are undefined content. */
export type ColumnsOf<S extends Schema> = { [K in keyof S]: ArrayOf<S[K]> };
/** A finished table: exactly `length` entries in every column. Survives structured clone. */
export type Table<S extends Schema> = { readonly length: number } & {
  readonly [K in keyof S]: ArrayOf<S[K]>;
};

/** A table being filled. Write `table.columns.x[i]` after `const i = table.push()`. */
export class GrowableTable<S extends Schema> {
  columns: ColumnsOf<S>;
  length = 0;
  private capacity: number;
  private readonly schema: S;

  constructor(schema: S, capacity = 64) {
    this.schema = schema;
    this.capacity = capacity;
    this.columns = allocate(schema, capacity);
  }

  /** Adds a zeroed row and returns its index. Column references taken before may be stale after. */
  push(): number {
    if (this.length === this.capacity) this.grow(this.length + 1);
    return this.length++;
  }

  /** Makes room for at least `capacity` rows. */
  grow(capacity: number): void {
    let next = Math.max(16, this.capacity);
    while (next < capacity) next *= 2;
    if (next !== this.capacity) this.resize(next);
  }

  /** Makes room for `wanted` rows if there is none for `needed`. */
  reserve(needed: number, wanted: number): void {
    if (needed > this.capacity) this.resize(Math.max(needed, wanted));
  }

  /** Column by column, so that no more than one of them is there twice. */
  private resize(capacity: number): void {
    for (const name of Object.keys(this.schema) as (keyof S & string)[]) {
      const wider = new CONSTRUCTORS[this.schema[name] as ColumnType](capacity);
      wider.set(this.columns[name].subarray(0, this.length));
      (this.columns as Record<string, TypedArray>)[name] = wider;
    }
    this.capacity = capacity;
  }

  /** Appends the rows of another table, in `order` if it is given; returns the index of the first of them. */
  append(other: GrowableTable<S>, order?: Uint32Array): number {
    const first = this.length;
    if (first + other.length > this.capacity) this.grow(first + other.length);
    for (const name of Object.keys(this.schema) as (keyof S & string)[]) {
      const [from, into] = [other.columns[name], this.columns[name]];
      if (order === undefined) into.set(from.subarray(0, other.length), first);
      else gather(from, order, into, first);
    }
    this.length = first + other.length;
    return first;
  }

  /** Appends the rows from `from` to the end `times` more; returns the index of the first new one. */
  repeat(from: number, times: number): number {
    const first = this.length;
    const rows = first - from;
    if (first + rows * times > this.capacity) this.grow(first + rows * times);
    this.length = first + rows * times;
    for (const name of Object.keys(this.schema) as (keyof S & string)[]) {
      const column = this.columns[name];
      // Each copy doubles what there is to copy from.
      for (let done = rows; done < rows * (times + 1); done *= 2) {
        column.copyWithin(from + done, from, Math.min(from + done, from + rows * (times + 1) - done));
      }
    }
    return first;
  }

  /** Forgets all rows and keeps the room. */
  clear(): void {
    for (const column of Object.values<TypedArray>(this.columns)) column.fill(0, 0, this.length);
    this.length = 0;
  }

  /** Copies out exactly the rows that were pushed. */
  finish(): Table<S> {
    return this.take((column) => column.slice(0, this.length));
  }

  /** Hands out exactly the rows that were pushed, and forgets them. A column with little room left is not copied, and no more than one is there twice. */
  release(): Table<S> {
    const isFull = this.length >= this.capacity * FULL;
    const out = this.take((column, name) => {
      (this.columns as Record<string, TypedArray | null>)[name] = null;
      return isFull ? column.subarray(0, this.length) : column.slice(0, this.length);
    });
    this.columns = allocate(this.schema, 0);
    this.capacity = 0;
    this.length = 0;
    return out;
  }

  private take(rowsOf: (column: TypedArray, name: string) => TypedArray): Table<S> {
    const out: Record<string, unknown> = { length: this.length };
    for (const name of Object.keys(this.schema)) out[name] = rowsOf(this.columns[name] as TypedArray, name);
    return out as Table<S>;
  }
}

/** Share of its room that a table has used when what is left is not worth a copy. */
const FULL = 0.9;

function gather(from: TypedArray, order: Uint32Array, into: TypedArray, first: number): void {
  for (let i = 0; i < order.length; i++) into[first + i] = from[order[i] as number] as number;
}

/** An empty table of `schema`. */
export function emptyTable<S extends Schema>(schema: S): Table<S> {
  return new GrowableTable(schema, 1).finish();
}

/** The buffers of a table, for transfer between threads. */
export function tableBuffers(table: { readonly length: number }): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  for (const column of Object.values(table)) {
    if (ArrayBuffer.isView(column)) buffers.push(column.buffer as ArrayBuffer);
  }
  return buffers;
}

function allocate<S extends Schema>(schema: S, capacity: number): ColumnsOf<S> {
  const columns: Record<string, TypedArray> = {};
  for (const [name, type] of Object.entries(schema)) columns[name] = new CONSTRUCTORS[type](capacity);
  return columns as ColumnsOf<S>;
}

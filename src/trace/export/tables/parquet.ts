/**
 * A table as a Parquet file: a row group per chunk, columns named with their units, and what each says in the key-value
 * metadata. Read by DuckDB, Arrow, Spark.
 */
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { ParquetWriter } from 'hyparquet-writer/src/parquet-writer.js';
import type { ExportTable, TableColumn } from './table';

/** Hands over what was written after each row group. */
class ChunkedByteWriter extends ByteWriter {
  chunks: Uint8Array[] = [];

  flush(): void {
    this.chunks.push(this.getBytes().slice());
    this.index = 0;
  }

  override finish(): void {
    this.flush();
  }
}

type Schema = ConstructorParameters<typeof ParquetWriter>[0]['schema'];

export function* parquetOf(table: ExportTable): Generator<Uint8Array> {
  const { columns } = table;
  const writer = new ChunkedByteWriter();
  const file = new ParquetWriter({
    writer,
    schema: schemaOf(table),
    kvMetadata: metadataOf(table),
    createdBy: 'MigTrace',
  });
  for (const chunk of table.chunks()) {
    void file.write({
      columnData: columns.map((column, i) => ({
        name: column.name,
        data: dataOf(column, chunk.columns[i] as Float64Array | readonly string[], chunk.length),
      })),
      rowGroupSize: chunk.length,
    });
    yield* writer.chunks.splice(0);
  }
  void file.finish();
  yield* writer.chunks.splice(0);
}

function schemaOf({ columns, name }: ExportTable): Schema {
  return [
    { name, num_children: columns.length },
    ...columns.map(({ name: title, type }) => {
      // Numbers can be missing, and a text is then empty.
      const repetition = { name: title, repetition_type: type === 'text' ? 'REQUIRED' : 'OPTIONAL' } as const;
      if (type === 'text') return { ...repetition, type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
      return {
        ...repetition,
        type: type === 'double' ? 'DOUBLE' : type === 'int32' ? 'INT32' : 'INT64',
      } as const;
    }),
  ];
}

function metadataOf({ columns, facts }: ExportTable): { key: string; value: string }[] {
  return [
    ...Object.entries(facts)
      .filter(([, value]) => value !== '')
      .map(([key, value]) => ({ key: `migtrace.${key}`, value })),
    ...columns.flatMap(({ name, unit, about }) => [
      { key: `about.${name}`, value: about },
      ...(unit === null ? [] : [{ key: `unit.${name}`, value: unit }]),
    ]),
  ];
}

type Data = Parameters<ParquetWriter['write']>[0]['columnData'][number]['data'];

function dataOf({ type }: TableColumn, values: Float64Array | readonly string[], length: number): Data {
  const rows = values.slice(0, length);
  if (type === 'text') return rows as string[];
  const given = rows as Float64Array;
  const isWhole = !given.some(Number.isNaN);
  if (type === 'int64') return Array.from(given, (value) => (Number.isNaN(value) ? null : BigInt(value)));
  if (isWhole) return type === 'double' ? given : Int32Array.from(given);
  return Array.from(given, (value) => (Number.isNaN(value) ? null : value));
}

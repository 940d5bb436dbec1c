/** DuckDB as the reader of what was exported. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

export type Row = Readonly<Record<string, unknown>>;

/**
 * Writes `bytes` to a file called `name` and asks DuckDB about it: FILE in the query stands for its path. Whole
 * numbers come as `number`.
 */
export async function ask(name: string, bytes: Uint8Array, query: string): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'migtrace-duckdb-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    const answer = await connection.runAndReadAll(
      query.replaceAll('FILE', `'${file.replaceAll("'", "''")}'`),
    );
    return answer
      .getRowObjectsJS()
      .map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, plain(value)])));
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

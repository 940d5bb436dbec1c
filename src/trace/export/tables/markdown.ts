import { memoized } from '../../../base/memo';
import { escapeMarkdown, markdownLine } from '../../../base/textTables';
import { ChunkWriter } from '../chunkWriter';
import type { ExportTable } from './table';

/** A table with what is known about the whole above it. */
export function* markdownOf(table: ExportTable): Generator<Uint8Array> {
  const out = new ChunkWriter();
  const { columns, facts, name } = table;
  const known = Object.entries(facts).filter(([, value]) => value !== '');
  out.text(`## ${escapeMarkdown(name)}\n\n`);
  for (const [fact, value] of known) out.text(`- ${escapeMarkdown(fact)}: ${escapeMarkdown(value)}\n`);
  out.text(`\n${markdownLine(columns.map((column) => escapeMarkdown(column.name)))}\n`);
  out.text(`${markdownLine(columns.map(({ type }) => (type === 'text' ? '---' : '--:')))}\n`);
  const text = memoized(escapeMarkdown);
  for (const chunk of table.chunks()) {
    for (let row = 0; row < chunk.length; row++) {
      let line = '|';
      for (const column of chunk.columns) line += ` ${cellOf(column[row] as number | string, text)} |`;
      line += '\n';
      out.text(line);
      if (out.isFull) yield out.take();
    }
  }
  yield out.take();
}

function cellOf(value: number | string, text: (plain: string) => string): string {
  if (typeof value === 'string') return text(value);
  if (Number.isNaN(value)) return '–';
  return Number.isInteger(value) ? String(value) : value.toFixed(3);
}

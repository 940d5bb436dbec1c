/** Tables as CSV and Markdown. */

export type Cell = string | number | boolean;

/** A Markdown table; its cells are Markdown already. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${[markdownLine(head), markdownLine(head.map(() => '---')), ...rows.map(markdownLine)].join('\n')}\n`;
}

export function markdownLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Plain text as Markdown on one line: nothing in it is markup, HTML or the end of a cell. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\|`*_[\]<>&~]/g, String.raw`\$&`).replaceAll(/\s+/g, ' ');
}

/** RFC 4180, lines ending in CR LF. */
export function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map(csvLine).join('');
}

export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** A text that a spreadsheet would take for a formula is kept a text by a leading apostrophe. */
export function csvCell(value: Cell): string {
  if (typeof value !== 'string') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

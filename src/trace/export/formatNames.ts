/** What a trace or a run can be written as: names and facts alone, for menus and help. */

export const EXPORT_FORMATS = [
  'perfetto',
  'trace-event',
  'csv',
  'markdown',
  'parquet',
  'ftrace-text',
  'migtrace',
  'migtrace-text',
] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const EXPORT_TABLES = ['calls', 'batches', 'folios', 'events', 'totals'] as const;
export type ExportTableName = (typeof EXPORT_TABLES)[number];

interface FormatFacts {
  /** For a list that a person picks from. */
  readonly label: string;
  /** Without the dot; the first one is the usual one. */
  readonly extensions: readonly string[];
  readonly kind: 'timeline' | 'table' | 'events';
}

export const FORMATS: Readonly<Record<ExportFormat, FormatFacts>> = {
  perfetto: { label: 'Perfetto trace', extensions: ['pftrace', 'perfetto-trace'], kind: 'timeline' },
  'trace-event': { label: 'Trace-event JSON', extensions: ['json'], kind: 'timeline' },
  csv: { label: 'CSV', extensions: ['csv'], kind: 'table' },
  markdown: { label: 'Markdown', extensions: ['md'], kind: 'table' },
  parquet: { label: 'Parquet', extensions: ['parquet'], kind: 'table' },
  'ftrace-text': { label: 'ftrace text', extensions: ['txt', 'trace'], kind: 'events' },
  migtrace: { label: 'MigTrace, packed', extensions: ['migtrace'], kind: 'events' },
  'migtrace-text': { label: 'MigTrace, text', extensions: ['migtrace'], kind: 'events' },
};

/** The format that a file of this name has; undefined for an extension that none has. */
export function formatOfFile(name: string): ExportFormat | undefined {
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return EXPORT_FORMATS.find((format) => FORMATS[format].extensions.includes(extension));
}

/** The options that say what is written, and as what: of `convert` and `replay` alike. */
import type { ExportFormat } from '../../trace/export/formatNames';
import { EXPORT_FORMATS, EXPORT_TABLES, FORMATS, formatOfFile } from '../../trace/export/formatNames';
import type { ExportOptions } from '../../trace/export/formats';
import { parseChoice, UsageError } from '../usage';

/** For parseArgs(). */
export const EXPORT_OPTIONS = {
  output: { type: 'string', short: 'o' },
  as: { type: 'string' },
  table: { type: 'string' },
  detail: { type: 'string' },
} as const;

export interface ExportValues {
  readonly output?: string | undefined;
  readonly table?: string | undefined;
  readonly detail?: string | undefined;
}

export const EXPORT_HELP = `  --table ${EXPORT_TABLES.join('|')}
                                    which table csv, markdown and parquet hold (default calls; markdown: totals)
  --detail folios|segments          perfetto and trace-event: a slice for each step of each folio, or for each
                                    stretch of alike folios (default: folios, up to 20,000 of them)
`;

/** The formats and their extensions, for the help. */
export function formatHelp(): string {
  return EXPORT_FORMATS.map((format) => {
    const { label, extensions } = FORMATS[format];
    const files = format === 'migtrace-text' ? '' : extensions.map((extension) => `.${extension}`).join(' ');
    return `  ${format.padEnd(14)} ${files.padEnd(26)} ${label}\n`;
  }).join('');
}

/** `format`: as an option names it; else the extension of the output says it. Throws UsageError. */
export function parseExport(
  values: ExportValues,
  format: string | undefined,
  formatOption: string,
): ExportOptions & { readonly output: string } {
  const { output } = values;
  if (output === undefined) throw new UsageError('-o OUT is missing.');
  const named =
    format === undefined ? formatOfFile(output) : parseChoice(format, formatOption, EXPORT_FORMATS);
  if (named === undefined) {
    throw new UsageError(
      `-o ${output}: no format has that extension. Choose one with ${formatOption} ${EXPORT_FORMATS.join('|')}.`,
    );
  }
  const { kind } = FORMATS[named];
  if (values.table !== undefined && kind !== 'table')
    throw new UsageError(`--table does not go with ${named}.`);
  if (values.detail !== undefined && kind !== 'timeline')
    throw new UsageError(`--detail does not go with ${named}.`);
  return {
    output,
    format: named,
    table: parseChoice(values.table ?? defaultTable(named), '--table', EXPORT_TABLES),
    ...(values.detail !== undefined && {
      detail: parseChoice(values.detail, '--detail', ['folios', 'segments']),
    }),
  };
}

/** A report begins with what everything comes to. */
export function defaultTable(format: ExportFormat): 'calls' | 'totals' {
  return format === 'markdown' ? 'totals' : 'calls';
}

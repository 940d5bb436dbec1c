/** The layout of ring-buffer pages, as the texts of header_page and header_event say it. */
import type { ProblemList } from '../../../base/problem';
import { numberField, parseFields } from '../kernelEvents/formatText';
import { NumberField } from '../kernelEvents/numberField';
import { DAMAGED_HINT } from './contents';

export interface PageLayout {
  readonly isBigEndian: boolean;
  readonly timestamp: NumberField;
  readonly commit: NumberField;
  /** Bytes before the first event. */
  readonly dataAt: number;
  /** Bytes of a `long` of the kernel: the size of commit, and of the number of lost events behind the data. */
  readonly longBytes: number;
  readonly typeBits: number;
  readonly deltaBits: number;
  /** Values of type_len that are no data. */
  readonly padding: number;
  readonly timeExtend: number;
  readonly timeStamp: number;
  /** Largest type_len that is a length in words. */
  readonly dataMax: number;
}

/** What kernel/trace/ring_buffer.c writes on 64-bit kernels, for a file that does not say it. */
const TYPICAL = { typeBits: 5, deltaBits: 27, padding: 29, timeExtend: 30, timeStamp: 31, dataMax: 28 };

export function pageLayout(
  headerPage: string,
  headerEvent: string,
  isBigEndian: boolean,
  problems: ProblemList,
): PageLayout {
  const fields = parseFields(headerPage);
  const timestamp = numberField(fields, 'timestamp', isBigEndian);
  const commit = numberField(fields, 'commit', isBigEndian);
  const data = fields.get('data');
  const isKnown = timestamp !== undefined && commit !== undefined && data !== undefined;
  if (!isKnown && headerPage !== '')
    problems.add(
      'The layout of ring-buffer pages cannot be read; that of 64-bit kernels is taken.',
      DAMAGED_HINT,
    );
  const event = readHeaderEvent(headerEvent);
  if (event === undefined && headerEvent !== '')
    problems.add(
      'The layout of events in the ring buffer cannot be read; the usual one is taken.',
      DAMAGED_HINT,
    );
  return {
    isBigEndian,
    timestamp: isKnown ? timestamp : new NumberField(0, 8, false, isBigEndian),
    commit: isKnown ? commit : new NumberField(8, 8, false, isBigEndian),
    // Records are read as words.
    dataAt: isKnown && data.offset % 4 === 0 && data.offset <= 64 ? data.offset : 16,
    longBytes: isKnown ? commit.end - fields.get('commit')!.offset : 8,
    ...(event ?? TYPICAL),
  };
}

function readHeaderEvent(text: string): typeof TYPICAL | undefined {
  const value = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);
  const layout = {
    typeBits: value(/type_len\s*:\s*(\d{1,2}) bits/),
    deltaBits: value(/time_delta\s*:\s*(\d{1,2}) bits/),
    padding: value(/padding\s*:\s*type == (\d{1,2})/),
    timeExtend: value(/time_extend\s*:\s*type == (\d{1,2})/),
    timeStamp: value(/time_stamp\s*:\s*type == (\d{1,2})/),
    dataMax: value(/data max type_len\s*== (\d{1,2})/),
  };
  // Kernels before 4.16 print no time_stamp, and write none.
  if (Number.isNaN(layout.timeStamp)) layout.timeStamp = TYPICAL.timeStamp;
  const isSound = Object.values(layout).every((number) => Number.isInteger(number));
  return isSound && layout.typeBits + layout.deltaBits === 32 ? layout : undefined;
}

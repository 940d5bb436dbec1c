import { EVENT_CODES } from '../../calls/eventColumns';
import type { Recording } from '../../calls/recording';
import {
  ascii,
  CLOSE_PARENTHESIS,
  COLON,
  decimal,
  digitsEnd,
  hexEnd,
  hexWord,
  OPEN_PARENTHESIS,
  skipHexPrefix,
  skipSpaces,
  SPACE,
  standsAt,
} from './bytes';
import type { EventHead } from './eventHead';
import { STAGE_CODE } from './eventNames';
import { StageFields } from './stageFields';
import { NumberText } from './numberText';
import { SummaryFields } from './summaryFields';

/** Reads the fields of a known event at `bytes[at, end)` into the recording; false where they are damaged. */
export interface FieldReader {
  read(code: number, head: EventHead, bytes: Uint8Array, at: number, end: number): boolean;
}

const ADDR = ascii('addr=');
const PTE = ascii('pte=');
const PMD = ascii('pmd=');
const ORDER = ascii('order=');
const PAGES = ascii('pages');
const REASON = ascii('reason');
const NR_MIGRATED = ascii('nr_migrated=');
const NR_FAILED = ascii('nr_failed=');
const COMMA = 44;
const EQUALS = 61;
const PMD_ORDER = 9;
const MAX_HEX = 16;
const MAX_ORDER = 63;

export function createFieldReader(recording: Recording): FieldReader {
  return new EventFields(recording);
}

class EventFields implements FieldReader {
  private readonly summaries: SummaryFields;
  private readonly stages: StageFields;
  private readonly number = new NumberText();
  private readonly recording: Recording;

  constructor(recording: Recording) {
    this.recording = recording;
    this.summaries = new SummaryFields(recording);
    this.stages = new StageFields(recording);
  }

  read(code: number, head: EventHead, bytes: Uint8Array, at: number, end: number): boolean {
    switch (code) {
      case EVENT_CODES.set_migration_pte:
      case EVENT_CODES.remove_migration_pte:
        return this.entry(code, head, bytes, at, end, PTE);
      case EVENT_CODES.set_migration_pmd:
      case EVENT_CODES.remove_migration_pmd:
        return this.entry(code, head, bytes, at, end, PMD);
      case EVENT_CODES.tlb_flush:
        return this.flush(head, bytes, at, end);
      case EVENT_CODES.mm_compaction_migratepages:
        return this.compaction(head, bytes, at, end);
      case STAGE_CODE:
        return this.stages.read(head, bytes, at, end);
      default:
        return this.summary(code, head, bytes, at, end);
    }
  }

  /** `addr=%lx, pte=%lx order=%d` (include/trace/events/migrate.h), `addr=%lx, pmd=%lx` (thp.h); -R leaves out the comma. */
  private entry(
    code: number,
    head: EventHead,
    bytes: Uint8Array,
    start: number,
    end: number,
    word: Uint8Array,
  ): boolean {
    if (!standsAt(bytes, start, ADDR)) return false;
    let at = skipHexPrefix(bytes, start + ADDR.length);
    let stop = hexEnd(bytes, at, end);
    if (stop === at || stop - at > MAX_HEX) return false;
    const addressHigh = stop - at > 8 ? hexWord(bytes, at, stop - 8) : 0;
    const addressLow = hexWord(bytes, stop - at > 8 ? stop - 8 : at, stop);

    at = skipSeparator(bytes, stop, end);
    if (!standsAt(bytes, at, word)) return false;
    at = skipHexPrefix(bytes, at + word.length);
    stop = hexEnd(bytes, at, end);
    if (stop === at || stop - at > MAX_HEX) return false;
    const high = stop - at > 8 ? hexWord(bytes, at, stop - 8) : 0;
    const low = hexWord(bytes, stop - at > 8 ? stop - 8 : at, stop);

    let order = PMD_ORDER;
    if (word === PTE) {
      at = skipSeparator(bytes, stop, end);
      if (!standsAt(bytes, at, ORDER)) return false;
      at += ORDER.length;
      if (this.number.read(bytes, at, end) < 0) return false;
      order = this.number.value;
      if (!(order >= 0 && order <= MAX_ORDER)) return false;
    }
    if (addressHigh >= 0x200000) this.noteAddress();
    this.recording.add(
      code,
      head.timeNs,
      head.cpu,
      head.pid,
      addressHigh * 2 ** 32 + addressLow,
      order,
      low,
      high,
    );
    return true;
  }

  private noteAddress(): void {
    this.recording.problems.add(
      'The address is beyond 2^53 and is kept rounded.',
      'User addresses end below it on x86-64; check the line.',
      this.recording.lines,
    );
  }

  /**
   * `pages:%ld reason:%s (%d)` (include/trace/events/tlb.h), `pages=1 reason=local mm shootdown (3)` by trace-cmd,
   * `reason=3 pages=1` with -R. The words differ between kernels, the number does not.
   */
  private flush(head: EventHead, bytes: Uint8Array, start: number, end: number): boolean {
    let pages = Number.NaN;
    let reason = -1;
    let at = start;
    while (at < end && (Number.isNaN(pages) || reason < 0)) {
      if (Number.isNaN(pages) && isField(bytes, at, PAGES)) {
        at += PAGES.length + 1;
        const stop = this.number.read(bytes, at, end);
        if (stop < 0) return false;
        pages = this.number.value;
        at = stop;
      } else if (isField(bytes, at, REASON)) {
        at += REASON.length + 1;
        const stop = this.number.read(bytes, at, end);
        const isNumber = stop > 0 && (stop === end || bytes[stop] === SPACE);
        reason = isNumber ? this.number.value : bracketed(bytes, at, end);
        if (isNumber) at = stop;
      } else at++;
    }
    if (Number.isNaN(pages) || reason < 0) return false;
    // TLB_FLUSH_ALL is -1UL; printed unsigned it means the same.
    const everything = pages >= 2 ** 63;
    this.recording.add(
      EVENT_CODES.tlb_flush,
      head.timeNs,
      head.cpu,
      head.pid,
      everything ? -1 : pages,
      reason,
      0,
      0,
    );
    return true;
  }

  /** `nr_migrated=%lu nr_failed=%lu` (include/trace/events/compaction.h). */
  private compaction(head: EventHead, bytes: Uint8Array, start: number, end: number): boolean {
    if (!standsAt(bytes, start, NR_MIGRATED)) return false;
    const stop = this.number.read(bytes, start + NR_MIGRATED.length, end);
    const migrated = this.number.value;
    const at = stop < 0 ? end : skipSeparator(bytes, stop, end);
    if (!standsAt(bytes, at, NR_FAILED)) return false;
    if (this.number.read(bytes, at + NR_FAILED.length, end) < 0) return false;
    this.recording.add(
      EVENT_CODES.mm_compaction_migratepages,
      head.timeNs,
      head.cpu,
      head.pid,
      migrated,
      this.number.value,
      0,
      0,
    );
    return true;
  }

  private summary(code: number, head: EventHead, bytes: Uint8Array, at: number, end: number): boolean {
    const comm = this.recording.comms.intern(bytes, head.commStart, head.commEnd);
    const row = this.summaries.read(bytes, at, end, comm, code === EVENT_CODES.mm_migrate_pages);
    if (row < 0) return false;
    this.recording.add(code, head.timeNs, head.cpu, head.pid, row, 0, 0, 0);
    return true;
  }
}

function isField(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  if (!standsAt(bytes, at, word)) return false;
  const behind = bytes[at + word.length];
  return behind === COLON || behind === EQUALS;
}

/** The number in the last `(n)` of a text, or -1. */
function bracketed(bytes: Uint8Array, start: number, end: number): number {
  let found = -1;
  for (let at = start; at < end; at++) {
    if (bytes[at] !== OPEN_PARENTHESIS) continue;
    const stop = digitsEnd(bytes, at + 1, end);
    if (stop > at + 1 && bytes[stop] === CLOSE_PARENTHESIS) found = decimal(bytes, at + 1, stop);
  }
  return found;
}

/** The next field: behind a comma and spaces, and behind the ` (31)` that the option `fields` puts after a hex number. */
function skipSeparator(bytes: Uint8Array, at: number, end: number): number {
  const next = skipSpaces(bytes, bytes[at] === COMMA ? at + 1 : at, end);
  if (bytes[next] !== OPEN_PARENTHESIS) return next;
  const close = bytes.indexOf(CLOSE_PARENTHESIS, next);
  return close < 0 || close >= end ? next : skipSpaces(bytes, close + 1, end);
}

import { EVENT_CODES } from '../../calls/eventColumns';
import { ascii, standsAt } from '../text/bytes';

/** How the data of an event begin, where the line does not name it. Set and remove events begin alike. */
const BEGINNINGS = (
  [
    ['mode=', EVENT_CODES.mm_migrate_pages_start],
    ['nr_succeeded=', EVENT_CODES.mm_migrate_pages],
    ['nr_migrated=', EVENT_CODES.mm_compaction_migratepages],
    ['addr=', EVENT_CODES.other],
  ] as const
).map(([word, code]) => ({ word: ascii(word), code }));

/** EVENT_TYPES code of an event that is known by its data only: `other` where they do not tell, -1 where they are no event's. */
export function bareCode(bytes: Uint8Array, at: number, end: number): number {
  for (const { word, code } of BEGINNINGS)
    if (at + word.length <= end && standsAt(bytes, at, word)) return code;
  return -1;
}

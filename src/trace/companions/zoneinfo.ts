/**
 * /proc/zoneinfo (zoneinfo_show_print(), mm/vmstat.c): per zone `Node N, zone NAME`, then `spanned`, `present` and
 * `managed` in base pages, and at the end `start_pfn:`. A zone without memory ends behind its `protection` line.
 */
import { type Parsed, ProblemList } from '../../base/problem';
import { disjointSpans, type NodeSpan } from './pfnSpans';

export interface Zone {
  readonly node: number;
  readonly name: string;
  /** First page frame; null where the zone is empty. */
  readonly startPfn: number | null;
  /** Base pages with holes, without them, and given to the page allocator. */
  readonly spanned: number;
  readonly present: number;
  readonly managed: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const ZONE = /^Node\s+(\d+),\s+zone\s+(\S+)/;
const SIZE = /^\s+(spanned|present|managed)\s+(\d+)\s*$/;
const START = /^\s+start_pfn:\s+(\d+)\s*$/;

export function parseZoneinfo(text: string): Parsed<readonly Zone[]> {
  const problems = new ProblemList();
  const zones: Mutable<Zone>[] = [];
  for (const line of text.split(/\r?\n/)) {
    const head = ZONE.exec(line);
    if (head !== null) {
      zones.push({
        node: Number(head[1]),
        name: head[2]!,
        startPfn: null,
        spanned: 0,
        present: 0,
        managed: 0,
      });
      continue;
    }
    const zone = zones.at(-1);
    if (zone === undefined) continue;
    const size = SIZE.exec(line);
    if (size !== null) zone[size[1] as 'spanned' | 'present' | 'managed'] = Number(size[2]);
    const start = START.exec(line);
    if (start !== null) zone.startPfn = Number(start[1]);
  }
  const cut = zones.filter(({ present, startPfn }) => present > 0 && startPfn === null);
  for (const { node, name } of cut) {
    problems.add(
      `zone ${name} of node ${node} does not say where it starts (start_pfn).`,
      'The text is cut short there: copy /proc/zoneinfo again.',
    );
  }
  if (zones.length === 0) {
    problems.add(
      'No line names a zone.',
      'Give the text of /proc/zoneinfo: cat /proc/zoneinfo > zoneinfo',
      1,
    );
  }
  return problems.parsed<readonly Zone[]>(zones);
}

/** Where each node's memory lies, as its zones say. */
export function zoneSpans(zones: readonly Zone[]): NodeSpan[] {
  const spans = zones.flatMap(({ node, startPfn, spanned, present }) =>
    startPfn === null || present === 0 ? [] : [{ node, start: startPfn, end: startPfn + spanned }],
  );
  return disjointSpans(spans);
}

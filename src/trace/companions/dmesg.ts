/**
 * The boot messages of a NUMA machine. `ACPI: SRAT: Node N PXM P [mem 0xSTART-0xEND]` (drivers/acpi/numa/srat.c and
 * arch/x86/mm/srat.c) is what the firmware says; `  node   N: [mem 0xSTART-0xEND]` (free_area_init(), mm/mm_init.c) the
 * same without what the firmware keeps. Addresses are bytes, the end is the last byte.
 */
import { PAGE_BYTES } from '../../base/units';
import { disjointSpans, type NodeSpan } from './pfnSpans';

const SRAT = /SRAT: Node (\d+) PXM \d+ \[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\]/;
const EARLY = /\bnode\s+(\d+): \[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\]/;

/** Where each node's memory lies; empty where the text does not tell. SRAT lines are preferred. */
export function dmesgSpans(text: string): NodeSpan[] {
  const lines = text.split(/\r?\n/);
  const srat = spansOf(lines, SRAT);
  return disjointSpans(srat.length > 0 ? srat : spansOf(lines, EARLY));
}

function spansOf(lines: readonly string[], pattern: RegExp): NodeSpan[] {
  return lines.flatMap((line) => {
    const match = pattern.exec(line);
    if (match === null) return [];
    const start = Math.ceil(Number.parseInt(match[2]!, 16) / PAGE_BYTES);
    const end = Math.floor((Number.parseInt(match[3]!, 16) + 1) / PAGE_BYTES);
    return [{ node: Number(match[1]), start, end }];
  });
}

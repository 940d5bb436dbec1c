import { GrowableTable } from '../../base/columns';
import { ProblemList } from '../../base/problem';
import { modeName, reasonName } from '../../engine/kernel/modes';
import { TOTAL_NAMES, zeroTotals } from '../../engine/kernel/totals';
import { ByteInterner } from '../calls/byteInterner';
import { EVENT_CODES } from '../calls/eventColumns';
import { SUMMARY_SCHEMA } from '../calls/summaries';
import type { EventSink } from '../formats/kernelEvents/eventSink';
import { EVENT_TYPES } from '../model';
import { LiveFlows } from './liveFlows';
import type { LiveGroup, LiveSums, LiveTotals } from './liveFigures';

const TASKS_SHOWN = 8;
const TASKS_KEPT = 4096;

/**
 * Sums over the events that go by, in bounded memory. Events of one CPU come in order, those of several may be mixed up
 * by as much as a poll: the sums do not mind; flows pair what they can.
 */
export class LiveTally implements EventSink {
  readonly problems = new ProblemList();
  readonly strings = new ByteInterner();
  readonly comms = new ByteInterner();
  readonly summaries = new GrowableTable(SUMMARY_SCHEMA);
  eventCount = 0;
  /** Tasks met for the first time; whoever knows how to names them, and empties the list. */
  readonly newPids: number[] = [];
  private readonly typeCounts = new Float64Array(EVENT_TYPES.length);
  private readonly nameCounts = new Map<number, number>();
  private readonly totals = zeroSums();
  private readonly reasons = new Map<number, LiveSums>();
  private readonly modes = new Map<number, LiveSums>();
  private readonly tasks = new Map<number, LiveSums>();
  private readonly flows: LiveFlows;

  /** @param nodeOfPfn the node of a page frame, -1 where it is not known */
  constructor(nodeOfPfn: (pfn: number) => number) {
    this.flows = new LiveFlows(nodeOfPfn);
  }

  add(
    type: number,
    _timeNs: number,
    _cpu: number,
    pid: number,
    a: number,
    _b: number,
    lo: number,
    hi: number,
  ): void {
    this.eventCount++;
    this.typeCounts[type]!++;
    switch (type) {
      case EVENT_CODES.set_migration_pte:
      case EVENT_CODES.set_migration_pmd:
        this.flows.set(pid, a, lo, hi);
        break;
      case EVENT_CODES.remove_migration_pte:
        this.flows.remove(pid, a, lo, hi, false);
        break;
      case EVENT_CODES.remove_migration_pmd:
        this.flows.remove(pid, a, lo, hi, true);
        break;
      case EVENT_CODES.mm_migrate_pages:
        this.flows.endCall(pid);
        this.endCall(a, pid);
        this.summaries.clear();
        break;
      case EVENT_CODES.mm_migrate_pages_start:
        this.summaries.clear();
        break;
      default:
    }
  }

  addOther(name: number): void {
    this.eventCount++;
    this.nameCounts.set(name, (this.nameCounts.get(name) ?? 0) + 1);
  }

  addMarker(name: number): void {
    this.addOther(name);
  }

  /** The kernel's statistics tell of losses sooner than its pages do. */
  addLost(): void {}

  /** The sums so far. `nameOf`: the name of a task. */
  figures(nameOf: (pid: number) => string): LiveTotals {
    const events: Record<string, number> = {};
    EVENT_TYPES.forEach((name, code) => {
      if (this.typeCounts[code]! > 0) events[name] = this.typeCounts[code]!;
    });
    for (const [name, count] of this.nameCounts) events[this.strings.strings[name]!] = count;
    const tasks = [...this.tasks].sort(([, left], [, right]) => pagesOf(right) - pagesOf(left));
    return {
      totals: { ...this.totals },
      reasons: groups(this.reasons, reasonName),
      modes: groups(this.modes, modeName),
      tasks: tasks.slice(0, TASKS_SHOWN).map(([pid, sums]) => ({ name: `${nameOf(pid)}-${pid}`, ...sums })),
      flows: this.flows.sums(),
      events,
      eventCount: this.eventCount,
    };
  }

  private endCall(row: number, pid: number): void {
    const { columns } = this.summaries;
    if (!this.tasks.has(pid)) {
      if (this.tasks.size >= TASKS_KEPT) this.forgetTasks();
      this.newPids.push(pid);
    }
    const sums = [
      this.totals,
      sumsOf(this.reasons, columns.reason[row]!),
      sumsOf(this.modes, columns.mode[row]!),
      sumsOf(this.tasks, pid),
    ];
    for (const sum of sums) {
      sum.calls++;
      for (const name of TOTAL_NAMES) sum[name] += columns[name][row]!;
    }
  }

  /** Keeps the busier half of the tasks. */
  private forgetTasks(): void {
    const byPages = [...this.tasks].sort(([, left], [, right]) => pagesOf(left) - pagesOf(right));
    for (const [pid] of byPages.slice(0, TASKS_KEPT / 2)) this.tasks.delete(pid);
  }
}

function zeroSums(): LiveSums {
  return { calls: 0, ...zeroTotals() };
}

function pagesOf(sums: LiveSums): number {
  return sums.nr_succeeded + sums.nr_failed;
}

function sumsOf(map: Map<number, LiveSums>, key: number): LiveSums {
  let sums = map.get(key);
  if (sums === undefined) {
    sums = zeroSums();
    map.set(key, sums);
  }
  return sums;
}

function groups(map: ReadonlyMap<number, LiveSums>, nameOf: (code: number) => string): LiveGroup[] {
  return [...map]
    .sort(([left], [right]) => left - right)
    .map(([code, sums]) => ({ name: nameOf(code), ...sums }));
}

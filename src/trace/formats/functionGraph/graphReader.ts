import { ByteInterner } from '../../calls/byteInterner';
import { type FunctionTimes, unknownTask } from '../../calls/functionTimes';
import type { Recording } from '../../calls/recording';
import { ascii, COLON, SPACE, standsAt } from '../text/bytes';
import type { LineHead } from '../ftraceText/lineHead';
import { GRAPH, GraphLine } from './graphLine';

const FUNCGRAPH = ascii('funcgraph_e');
const FUNCGRAPH_ENTRY = ascii('funcgraph_entry');
const FUNCGRAPH_EXIT = ascii('funcgraph_exit');
const NO_FUNCTION = -1;
const UNDERSCORE = 95;
const OPEN = 40;

/** What became of a line that was offered to the graph reader. */
export const TAKEN = { no: 0, yes: 1, event: 2, marker: 3 } as const;

/**
 * Reads function entries and returns out of the lines of a text: those of the function_graph tracer, and what trace-cmd report
 * makes of its events. Lines of other tracers' events between them, `/* mm_migrate_pages: … *\/`, are left to the caller: it finds
 * the head of the event in the LineHead it gave.
 */
export class GraphReader {
  /** Entries and returns met: a leaf is both. */
  entries = 0;
  exits = 0;
  /** Whether lines of the tracer itself came without a time. */
  lacksTime = false;
  readonly line = new GraphLine();
  private readonly names = new ByteInterner();
  private readonly recording: Recording;
  private times: FunctionTimes | undefined;
  /** Per CPU: the pid that runs there, -1 while no line has told it. */
  private readonly pids: number[] = [];

  constructor(recording: Recording) {
    this.recording = recording;
  }

  get isEmpty(): boolean {
    return this.times === undefined;
  }

  /**
   * A line of the tracer. Comments fill `head` up to the name of the event and are `event` or `marker`. A line without
   * funcgraph-cpu is one only where the file `isGraph`.
   */
  readLine(bytes: Uint8Array, start: number, end: number, head: LineHead, isGraph: boolean): number {
    const { line } = this;
    if (!line.read(bytes, start, end) || (!line.hasCpu && !isGraph)) return TAKEN.no;
    if (line.kind === GRAPH.taskSwitch) {
      this.runs(line.cpu, line.pid, bytes, line.commStart, line.commEnd);
      this.runs(line.cpu, line.nextPid, bytes, line.nextCommStart, line.nextCommEnd);
      return TAKEN.yes;
    }
    if (line.kind === GRAPH.other) return TAKEN.yes;
    if (line.pid >= 0) this.runs(line.cpu, line.pid, bytes, line.commStart, line.commEnd);
    if (line.kind === GRAPH.comment) {
      this.functions();
      this.fillHead(head);
      return isEventText(bytes, line.nameStart, line.nameEnd) ? TAKEN.event : TAKEN.marker;
    }
    if (Number.isNaN(line.timeNs)) this.lacksTime = true;
    this.add(bytes, line.timeNs, line.cpu, this.taskOn(line.cpu));
    return TAKEN.yes;
  }

  /** `funcgraph_entry:` or `funcgraph_exit:` of trace-cmd report, its name at `name`; false where it is neither or damaged. */
  readEvent(bytes: Uint8Array, name: number, nameEnd: number, head: LineHead, end: number): boolean {
    if (!standsAt(bytes, name, FUNCGRAPH) || bytes[nameEnd] !== COLON) return false;
    const isEntry = standsAt(bytes, name, FUNCGRAPH_ENTRY);
    if (!isEntry && !standsAt(bytes, name, FUNCGRAPH_EXIT)) return false;
    const { line } = this;
    if (!line.readCall(bytes, nameEnd + 1, end)) return false;
    if (line.kind !== GRAPH.leaf && line.kind !== GRAPH.entry && line.kind !== GRAPH.exit) return false;
    const task = head.pid > 0 ? head.pid : unknownTask(head.cpu);
    if (head.pid > 0) this.recording.nameTask(task, bytes, head.commStart, head.commEnd);
    this.add(bytes, head.timeNs, head.cpu, task);
    return true;
  }

  lost(cpu: number): void {
    this.times?.lost(cpu);
  }

  /** Tells the recording what was met; it makes the calls of it. */
  finish(): void {
    const { recording } = this;
    if (this.entries > 0) recording.countUnlisted('funcgraph_entry', this.entries);
    if (this.exits > 0) recording.countUnlisted('funcgraph_exit', this.exits);
    if (this.entries + this.exits > recording.events.length) recording.format = 'function-graph';
    if (this.lacksTime)
      recording.problems.add(
        'The lines of the function_graph tracer carry no time: how long functions took is known, when they ran is not.',
        'Record with: echo funcgraph-abstime > trace_options',
      );
  }

  private add(bytes: Uint8Array, timeNs: number, cpu: number, task: number): void {
    const { line } = this;
    const times = this.functions();
    const func =
      line.nameStart === line.nameEnd ? NO_FUNCTION : this.names.intern(bytes, line.nameStart, line.nameEnd);
    if (line.kind === GRAPH.entry) {
      this.entries++;
      times.enter(cpu, task, line.depth, func, timeNs);
    } else if (line.kind === GRAPH.exit) {
      this.exits++;
      times.leave(cpu, task, line.depth, func, timeNs, line.durationNs);
    } else {
      this.entries++;
      this.exits++;
      times.leaf(cpu, task, line.depth, func, timeNs, line.durationNs);
    }
  }

  private functions(): FunctionTimes {
    if (this.times === undefined) {
      this.times = this.recording.timeFunctions(this.names.strings);
    }
    return this.times;
  }

  private fillHead(head: LineHead): void {
    const { line } = this;
    const pid = this.pids[line.cpu] ?? -1;
    head.timeNs = Number.isNaN(line.timeNs) ? 0 : line.timeNs;
    head.cpu = line.cpu;
    head.pid = pid >= 0 ? pid : unknownTask(line.cpu);
    head.commStart = line.commStart;
    head.commEnd = line.pid >= 0 ? line.commEnd : line.commStart;
    head.at = line.nameStart;
    head.isCounter = false;
  }

  private taskOn(cpu: number): number {
    const pid = this.pids[cpu] ?? -1;
    return pid > 0 ? pid : unknownTask(cpu);
  }

  /** Task `pid` runs on `cpu`. The first one that is told also ran there before. */
  private runs(cpu: number, pid: number, bytes: Uint8Array, commStart: number, commEnd: number): void {
    const before = this.pids[cpu];
    if (before === pid) return;
    this.pids[cpu] = pid;
    if (pid === 0) return;
    this.recording.nameTask(pid, bytes, commStart, commEnd);
    if (before !== undefined) return;
    this.recording.learnTask(cpu, pid);
  }
}

/** Whether a comment is an event, `name: fields` or `sys_name(…)`, and no text of a marker: kernel names have an underscore. */
function isEventText(bytes: Uint8Array, start: number, end: number): boolean {
  let hasUnderscore = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === UNDERSCORE) hasUnderscore = true;
    else if (byte === COLON || byte === OPEN) return hasUnderscore && at > start;
    else if (byte === SPACE) return hasUnderscore && bytes[at + 1] === 45 && bytes[at + 2] === 62;
    else if (!((byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90)))
      return false;
  }
  return false;
}

/**
 * Function entries and returns of any format → how long each function took, and the phases of each migrate_pages() call.
 *
 * Contract, for readers of text and of trace.dat alike:
 * - `names[id]` is the name of function `id`; ids are dense, from 0; the array may grow while reading.
 * - `task` is the pid. Where it is not known, or is 0 (one idle task per CPU), give `unknownTask(cpu)`; call `rename` when it
 *   becomes known.
 * - For each task in the order in which things happened: `enter`, `leave`, and `leaf` for both at once. `depth` is the
 *   tracer's own (struct ftrace_graph_ent.depth, or the indentation of the text), from 0.
 * - `leave` names the function where the format does, else -1: then the depth alone pairs it with its entry.
 * - Times are ns on the trace's clock, durations ns as the kernel measured them (rettime - calltime); NaN where the format
 *   has none. Without a duration, the difference of the two times counts.
 * - `lost(cpu)` where the recorder lost events: what was open on that CPU is cut.
 * - `event(task, call)` where an mm_migrate_pages(_start) event of the task is one of `call` (Recording.add does so for every format).
 *
 * What has no end, no beginning, or a loss within is counted as incomplete; its time is not guessed. So is a call that was moved
 * to another CPU: the trace clock `local` need not agree between CPUs (Documentation/trace/ftrace.rst). Nothing throws.
 */
import { GrowableTable } from '../../base/columns';
import type { TraceTiming } from '../model';
import { FunctionRoles, ROLE } from './functionRoles';
import { MeasuredSums } from './measuredSums';
import type { SeenPhases } from './phaseSums';
import { MEASURED_CALL_SCHEMA, type MeasuredCalls, OpenCall, TaskStack } from './taskStack';

export interface FunctionMeasurement {
  /** In order of total time, longest first. */
  readonly timings: readonly TraceTiming[];
  /** Empty where only sums were asked for. */
  readonly calls: MeasuredCalls;
  readonly sums: MeasuredSums;
  /** Whether the account was seen to run within any call: where it was not, nothing was traced that tells it. */
  readonly seen: SeenPhases;
  /** Functions without entry or without return. */
  readonly cut: number;
  /** First and last time met; NaN where the lines have none. */
  readonly startNs: number;
  readonly endNs: number;
}

/** The task of a CPU whose pid is not known: pids are never negative. */
export function unknownTask(cpu: number): number {
  return -1 - cpu;
}

const NO_FUNCTION = -1;
/** struct ftrace_ret_stack holds 50 and more; what is deeper is junk. */
const MAX_DEPTH = 4096;

export class FunctionTimes {
  private readonly roles: FunctionRoles;
  private readonly tasks = new Map<number, TaskStack>();
  private last = new TaskStack(Number.NaN);
  private readonly calls = new GrowableTable(MEASURED_CALL_SCHEMA);
  private readonly names: readonly string[];
  private count = new Float64Array(64);
  private totalNs = new Float64Array(64);
  private selfNs = new Float64Array(64);
  private readonly seen = new Uint8Array(ROLE.call + 1);
  private cuts = 0;
  private readonly sums = new MeasuredSums();
  private readonly keepsCalls: boolean;
  private hasUnmapFlush = false;
  private startNs = Infinity;
  private endNs = -Infinity;

  /** `keepsCalls`: else calls are only summed up. */
  constructor(names: readonly string[], keepsCalls = true) {
    this.names = names;
    this.keepsCalls = keepsCalls;
    this.roles = new FunctionRoles(names);
  }

  enter(cpu: number, task: number, depth: number, func: number, timeNs: number): void {
    const stack = this.stackOf(task, cpu);
    while (stack.size > 0 && stack.depth[stack.size - 1]! >= depth) this.cutTop(stack);
    this.push(stack, cpu, depth, func, timeNs);
    this.see(timeNs);
  }

  leave(cpu: number, task: number, depth: number, func: number, timeNs: number, durationNs: number): void {
    const stack = this.stackOf(task, cpu);
    while (stack.size > 0 && stack.depth[stack.size - 1]! > depth) this.cutTop(stack);
    this.see(timeNs);
    const top = stack.size - 1;
    const isOpen = top >= 0 && stack.depth[top] === depth;
    if (isOpen && (func === NO_FUNCTION || stack.func[top] === func)) {
      const measured = Number.isNaN(durationNs) ? timeNs - stack.entryNs[top]! : durationNs;
      if (measured >= 0) this.close(stack, cpu, timeNs, measured);
      else this.cutTop(stack);
      return;
    }
    if (isOpen) this.cutTop(stack);
    this.leaveUnentered(stack, cpu, func, timeNs, durationNs);
  }

  leaf(cpu: number, task: number, depth: number, func: number, timeNs: number, durationNs: number): void {
    const role = this.roles.roleOf(func);
    if (role !== ROLE.none || Number.isNaN(durationNs)) {
      this.enter(cpu, task, depth, func, timeNs);
      this.leave(cpu, task, depth, func, timeNs + durationNs, durationNs);
      return;
    }
    const stack = this.stackOf(task, cpu);
    while (stack.size > 0 && stack.depth[stack.size - 1]! >= depth) this.cutTop(stack);
    this.see(timeNs);
    this.see(timeNs + durationNs);
    this.account(func, durationNs, durationNs);
    if (stack.size > 0) stack.childNs[stack.size - 1]! += durationNs;
  }

  /** Events were lost on `cpu`: what its tasks have open may have ended there. */
  lost(cpu: number): void {
    for (const stack of this.tasks.values()) if (stack.cpu === cpu) this.cutAll(stack);
  }

  event(task: number, call: number): void {
    const stack = this.tasks.get(task);
    const open = stack?.open[stack.openCount - 1];
    if (stack !== undefined && stack.openCount > 0 && open !== undefined) open.call = call;
  }

  /** What was told of task `from` was of `to`. */
  rename(from: number, to: number): void {
    const stack = this.tasks.get(from);
    if (stack === undefined) return;
    this.tasks.delete(from);
    const other = this.tasks.get(to);
    // Two stacks of one task: which frames are still open cannot be told of the older one.
    if (other !== undefined) this.cutAll(other);
    stack.task = to;
    this.tasks.set(to, stack);
    const { task } = this.calls.columns;
    for (let row = 0; row < this.calls.length; row++) if (task[row] === from) task[row] = to;
  }

  /** Must not be used afterwards. */
  finish(): FunctionMeasurement {
    for (const stack of this.tasks.values()) this.cutAll(stack);
    const timings: TraceTiming[] = [];
    this.names.forEach((name, func) => {
      const calls = this.count[func] ?? 0;
      if (calls > 0) timings.push({ name, calls, totalNs: this.totalNs[func]!, selfNs: this.selfNs[func]! });
    });
    timings.sort((a, b) => b.totalNs - a.totalNs || (a.name < b.name ? -1 : 1));
    return {
      timings,
      calls: this.calls.finish(),
      seen: {
        unmap: this.seen[ROLE.unmap] === 1,
        flush: this.seen[ROLE.flush] === 1,
        copy: this.seen[ROLE.copy] === 1,
        remap: this.seen[ROLE.remap] === 1,
        alloc: this.seen[ROLE.alloc] === 1,
        unmapFlush: this.hasUnmapFlush,
      },
      cut: this.cuts,
      sums: this.sums,
      startNs: this.startNs <= this.endNs ? this.startNs : Number.NaN,
      endNs: this.startNs <= this.endNs ? this.endNs : Number.NaN,
    };
  }

  private stackOf(task: number, cpu: number): TaskStack {
    if (this.last.task === task) {
      this.last.cpu = cpu;
      return this.last;
    }
    let stack = this.tasks.get(task);
    if (stack === undefined) {
      stack = new TaskStack(task);
      this.tasks.set(task, stack);
    }
    stack.cpu = cpu;
    this.last = stack;
    return stack;
  }

  private push(stack: TaskStack, cpu: number, depth: number, func: number, timeNs: number): void {
    if (stack.size >= MAX_DEPTH) this.cutAll(stack);
    if (stack.size === stack.func.length) stack.grow();
    const row = stack.size++;
    const role = this.roles.roleOf(func);
    stack.func[row] = func;
    stack.depth[row] = depth;
    stack.entryNs[row] = timeNs;
    stack.childNs[row] = 0;
    stack.isOuter[row] = 0;
    stack.inFlush[row] = 0;
    stack.phase[row] = row === 0 ? ROLE.none : stack.phase[row - 1]!;
    if (role === ROLE.call) this.openCall(stack, row, cpu, timeNs);
    else if (stack.openCount > 0) this.openPhase(stack, row, role);
  }

  private openPhase(stack: TaskStack, row: number, role: number): void {
    if (role === ROLE.walk) {
      if (row === 0 || !this.roles.isMove(stack.func[row - 1]!)) return;
      role = ROLE.remap;
    }
    const within = stack.phase[row]!;
    const flushing = row > 0 && stack.inFlush[row - 1] === 1;
    if (within === ROLE.none && role !== ROLE.none) {
      stack.phase[row] = role;
      stack.isOuter[row] = 1;
      this.seen[role] = 1;
    } else if (within === ROLE.unmap && role === ROLE.flush && !flushing) {
      stack.isOuter[row] = 1;
      this.hasUnmapFlush = true;
    }
    stack.inFlush[row] = flushing || role === ROLE.flush ? 1 : 0;
  }

  private openCall(stack: TaskStack, row: number, cpu: number, timeNs: number): void {
    stack.phase[row] = ROLE.none;
    const open = (stack.open[stack.openCount++] ??= new OpenCall());
    open.phases.fill(0);
    open.startNs = timeNs;
    open.cpu = cpu;
    open.copies = 0;
    open.unmapFlushNs = 0;
    open.isCut = false;
    open.call = -1;
    const { mode, reason } = this.roles.callerIn(stack.func, row);
    open.mode = mode;
    open.reason = reason;
  }

  /** The innermost function has returned. */
  private close(stack: TaskStack, cpu: number, timeNs: number, durationNs: number): void {
    const row = --stack.size;
    const func = stack.func[row]!;
    this.account(func, durationNs, durationNs - stack.childNs[row]!);
    if (row > 0) stack.childNs[row - 1]! += durationNs;
    if (stack.isOuter[row] === 1) {
      const open = stack.open[stack.openCount - 1]!;
      const phase = stack.phase[row]!;
      if (phase === ROLE.unmap && stack.inFlush[row] === 1) open.unmapFlushNs += durationNs;
      else {
        open.phases[phase]! += durationNs;
        if (phase === ROLE.copy) open.copies++;
      }
    }
    if (this.roles.roleOf(func) === ROLE.call) this.closeCall(stack, cpu, timeNs, durationNs);
  }

  private closeCall(stack: TaskStack, cpu: number, endNs: number, totalNs: number): void {
    const open = stack.open[--stack.openCount]!;
    const isMoved = open.cpu !== cpu;
    if (isMoved) this.sums.moved++;
    const row = this.writeCall(stack.task, open);
    const c = this.calls.columns;
    c.endNs[row] = Number.isNaN(open.startNs) ? endNs : open.startNs + totalNs;
    c.totalNs[row] = totalNs;
    c.isComplete[row] = open.isCut || isMoved ? 0 : 1;
    this.told(row);
  }

  private writeCall(task: number, open: OpenCall): number {
    const row = this.calls.push();
    const c = this.calls.columns;
    c.startNs[row] = open.startNs;
    c.endNs[row] = Number.NaN;
    c.totalNs[row] = Number.NaN;
    c.unmapNs[row] = open.phases[ROLE.unmap]!;
    c.flushNs[row] = open.phases[ROLE.flush]!;
    c.copyNs[row] = open.phases[ROLE.copy]!;
    c.remapNs[row] = open.phases[ROLE.remap]!;
    c.allocNs[row] = open.phases[ROLE.alloc]!;
    c.unmapFlushNs[row] = open.unmapFlushNs;
    c.copies[row] = open.copies;
    c.cpu[row] = open.cpu;
    c.task[row] = task;
    c.mode[row] = open.mode;
    c.reason[row] = open.reason;
    c.call[row] = open.call;
    return row;
  }

  private told(row: number): void {
    this.sums.add(this.calls.columns, row);
    if (!this.keepsCalls) this.calls.clear();
  }

  /** A return whose entry was not recorded: the kernel's duration still is the function's. */
  private leaveUnentered(
    stack: TaskStack,
    cpu: number,
    func: number,
    timeNs: number,
    durationNs: number,
  ): void {
    this.cuts++;
    if (stack.openCount > 0) stack.open[stack.openCount - 1]!.isCut = true;
    if (func === NO_FUNCTION) return;
    if (durationNs >= 0) this.account(func, durationNs, 0);
    if (this.roles.roleOf(func) !== ROLE.call) return;
    const open = new OpenCall();
    open.cpu = cpu;
    open.startNs = timeNs - durationNs;
    Object.assign(open, this.roles.callerIn(stack.func, stack.size));
    const row = this.writeCall(stack.task, open);
    this.calls.columns.endNs[row] = timeNs;
    this.told(row);
  }

  /** The innermost function never returned as far as the recording goes. */
  private cutTop(stack: TaskStack): void {
    const row = --stack.size;
    this.cuts++;
    if (stack.openCount === 0) return;
    if (this.roles.roleOf(stack.func[row]!) === ROLE.call)
      this.told(this.writeCall(stack.task, stack.open[--stack.openCount]!));
    if (stack.openCount > 0) stack.open[stack.openCount - 1]!.isCut = true;
  }

  private cutAll(stack: TaskStack): void {
    while (stack.size > 0) this.cutTop(stack);
  }

  private account(func: number, totalNs: number, selfNs: number): void {
    if (func >= this.count.length) this.growFunctions(func);
    this.count[func]!++;
    this.totalNs[func]! += totalNs;
    this.selfNs[func]! += selfNs;
  }

  private growFunctions(func: number): void {
    const length = Math.max(func + 1, this.count.length * 2);
    for (const name of ['count', 'totalNs', 'selfNs'] as const) {
      const wider = new Float64Array(length);
      wider.set(this[name]);
      this[name] = wider;
    }
  }

  private see(timeNs: number): void {
    if (timeNs < this.startNs) this.startNs = timeNs;
    if (timeNs > this.endNs) this.endNs = timeNs;
  }
}

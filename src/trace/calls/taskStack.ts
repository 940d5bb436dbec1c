/** What FunctionTimes holds of each task while it reads, and of each call that it has read. */
import type { Schema, Table } from '../../base/columns';
import { ROLE } from './functionRoles';

/** A call of migrate_pages() as its function entries tell it. Times in ns. */
export const MEASURED_CALL_SCHEMA = {
  /** Entry and return; NaN where not recorded. */
  startNs: 'f64',
  endNs: 'f64',
  /** Between the two as the kernel measured it; NaN where one is missing. */
  totalNs: 'f64',
  unmapNs: 'f64',
  flushNs: 'f64',
  copyNs: 'f64',
  remapNs: 'f64',
  /** Allocation of destinations outside of the phases: part of what they leave. */
  allocNs: 'f64',
  /** Flushes within unmap: they are part of `unmapNs`. */
  unmapFlushNs: 'f64',
  /** Calls of the outermost copy function: folios where each is copied by itself, batches in the batch designs. */
  copies: 'u32',
  cpu: 'u16',
  task: 'i32',
  /** Codes of modes.ts as the caller passes them; UNKNOWN_CODE where no caller was traced. */
  mode: 'u8',
  reason: 'u8',
  /** 1: entered and left with nothing lost in between, on one CPU. */
  isComplete: 'u8',
  /** The call that an event within it tells of, as CallTracker counts them, or -1. */
  call: 'i32',
} as const satisfies Schema;
export type MeasuredCalls = Table<typeof MEASURED_CALL_SCHEMA>;

/** A call of migrate_pages() that has not returned: time by role so far. */
export class OpenCall {
  readonly phases = new Float64Array(ROLE.call);
  startNs = Number.NaN;
  cpu = 0;
  copies = 0;
  unmapFlushNs = 0;
  mode = 0;
  reason = 0;
  isCut = false;
  call = -1;
}

/** Functions that a task has entered and not left; the top is the innermost. */
export class TaskStack {
  task: number;
  cpu = 0;
  size = 0;
  func = new Int32Array(64);
  depth = new Int32Array(64);
  entryNs = new Float64Array(64);
  childNs = new Float64Array(64);
  /** The phase that the function is within: its own role where it is the outermost of one. */
  phase = new Uint8Array(64);
  isOuter = new Uint8Array(64);
  inFlush = new Uint8Array(64);
  /** Open calls, outermost first: reclaim within an allocation can demote. */
  readonly open: OpenCall[] = [];
  openCount = 0;

  constructor(task: number) {
    this.task = task;
  }

  grow(): void {
    const { length } = this.func;
    for (const name of ['func', 'depth', 'entryNs', 'childNs', 'phase', 'isOuter', 'inFlush'] as const) {
      const wider = new (this[name].constructor as new (length: number) => Float64Array)(length * 2);
      wider.set(this[name]);
      (this as unknown as Record<string, Float64Array>)[name] = wider;
    }
  }
}

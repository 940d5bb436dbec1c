import type { Calls } from '../../engine/folio/workload';

/** Tasks as lines beside the events tell them: what they are called, and which one an unknown task turned out to be. */
export class TaskNames {
  /** Stand-ins (unknownTask) and the tasks that they were. */
  readonly learnt = new Map<number, number>();
  private readonly comms = new Map<number, number>();
  private last = Number.NaN;

  /** Whether `pid` was named right before, so that the same lines cost nothing. */
  isLast(pid: number): boolean {
    return pid === this.last;
  }

  name(pid: number, comm: number): void {
    this.last = pid;
    this.comms.set(pid, comm);
  }

  learn(unknown: number, pid: number): void {
    this.learnt.set(unknown, pid);
  }

  /** Row of `comms`; 0, the empty name, where not told. */
  commOf(pid: number): number {
    return this.comms.get(pid) ?? 0;
  }

  /** Puts what became known into the calls; a task that never did is -1. */
  settle(calls: Calls): void {
    const { pid, comm, length } = calls;
    for (let call = 0; call < length; call++) {
      if (pid[call]! < 0) pid[call] = this.learnt.get(pid[call]!) ?? -1;
      if (comm[call] === 0) comm[call] = this.commOf(pid[call]!);
    }
  }
}

/**
 * Names of our tracing instances and of our folders of pages: `migtrace-PID-START-RANDOM`. START is when the process
 * started, in clock ticks since boot (field 22 of /proc/PID/stat, proc_pid_stat(5)), so that a process that got the
 * same number later is not taken for the owner.
 */
import { readOrEmpty, type SysFiles } from './sysFiles';

export interface Owner {
  readonly pid: number;
  /** Clock ticks since boot. */
  readonly startTicks: number;
}

const NAME = /^migtrace-(\d{1,10})-(\d{1,20})-[0-9a-f]{6}$/;

/** @param random six hex digits */
export function instanceName(owner: Owner, random: string): string {
  return `migtrace-${owner.pid}-${owner.startTicks}-${random}`;
}

/** Whose an instance is; null where the name is not one of ours. */
export function ownerOf(name: string): Owner | null {
  const match = NAME.exec(name);
  return match === null ? null : { pid: Number(match[1]), startTicks: Number(match[2]) };
}

/** When a process started; null where there is none of this number. */
export function startTicks(files: SysFiles, pid: number): number | null {
  const stat = readOrEmpty(files, `/proc/${pid}/stat`);
  // The second field is the name in brackets, which may hold spaces and brackets of its own.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[19]);
  return stat === '' || !Number.isInteger(ticks) ? null : ticks;
}

/** Whether the process that made it still runs. */
export function isAlive(files: SysFiles, owner: Owner): boolean {
  return startTicks(files, owner.pid) === owner.startTicks;
}

/** Other programs as yardsticks. */
import { spawnSync } from 'node:child_process';

/** CPU time of `command` with its output thrown away, ms; null where it is not installed or fails. */
export function toolCpuMs(command: readonly string[]): number | null {
  // The second line of `times` is that of the shell's children.
  const script = '"$@" > /dev/null 2>&1 && times';
  const run = spawnSync('sh', ['-c', script, 'sh', ...command], { encoding: 'utf8' });
  const last = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/.exec(run.stdout ?? '');
  if (run.status !== 0 || last === null) return null;
  const [, userMinutes, user, systemMinutes, system] = last.map(Number);
  return ((userMinutes! + systemMinutes!) * 60 + user! + system!) * 1000;
}

export function isInstalled(tool: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', tool]).status === 0;
}

/** Runs the command that is recorded: the program itself, no shell between. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { WorkError } from '../../usage';
import type { CommandEnd } from './document';

export interface RunningCommand {
  /** Not null once it has ended. */
  readonly ended: () => CommandEnd | null;
}

/** @param keepStdout whether its output goes to ours; else it goes to stderr, where it disturbs no document */
export async function startCommand(args: readonly string[], keepStdout: boolean): Promise<RunningCommand> {
  const [program = '', ...rest] = args;
  const child = spawn(program, rest, {
    stdio: ['inherit', keepStdout ? 'inherit' : 2, 'inherit'],
    shell: false,
  });
  let end: CommandEnd | null = null;
  child.on('exit', (exitCode, signal) => {
    end = { args, pid: child.pid ?? null, exitCode, signal };
  });
  const failed = once(child, 'error').then(([error]) => error as Error);
  const problem = await Promise.race([once(child, 'spawn').then(() => null), failed]);
  if (problem !== null)
    throw new WorkError(`${program}: cannot be started: ${problem.message}. Check its name and path.`);
  return { ended: () => end };
}

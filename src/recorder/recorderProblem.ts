/** Why a recording cannot be made, and exactly what to run about it. */
export class RecorderProblem extends Error {
  /** Commands for a shell, one a line; empty where no command helps. */
  readonly commands: readonly string[];

  /** @param message what happened and what to do, in whole sentences */
  constructor(message: string, commands: readonly string[] = []) {
    super(message);
    this.name = 'RecorderProblem';
    this.commands = commands;
  }
}

/** The system's code of an error: ENOENT, EACCES …; empty where it has none. */
export function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? '';
}

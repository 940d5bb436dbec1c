/** What the functions of a recording mean, by number: each name is looked up once. */
import { modeCode, reasonCode, UNKNOWN_CODE } from '../../engine/kernel/modes';
import {
  CALLER_FUNCTIONS,
  FUNCTION_ROLES,
  type FunctionRole,
  MOVE_FUNCTIONS,
  PHASE_FUNCTIONS,
} from './phaseFunctions';

/** FUNCTION_ROLES by name → code. */
export const ROLE = Object.fromEntries(FUNCTION_ROLES.map((role, code) => [role, code])) as Readonly<
  Record<FunctionRole, number>
>;

const ROLE_OF = new Map(PHASE_FUNCTIONS.map(({ name, role }) => [name, ROLE[role]]));
const CALLER_OF = new Map(
  CALLER_FUNCTIONS.map(({ name, reason, mode }) => [
    name,
    { reason: reasonCode(reason), mode: mode === null ? UNKNOWN_CODE : modeCode(mode) },
  ]),
);
const MOVES: ReadonlySet<string> = new Set(MOVE_FUNCTIONS);
const NO_CALLER = { reason: UNKNOWN_CODE, mode: UNKNOWN_CODE };

export class FunctionRoles {
  private readonly names: readonly string[];
  private known = 0;
  private role = new Uint8Array(64);
  private move = new Uint8Array(64);
  private readonly callers: (typeof NO_CALLER | undefined)[] = [];

  constructor(names: readonly string[]) {
    this.names = names;
  }

  /** Code of FUNCTION_ROLES. */
  roleOf(func: number): number {
    if (func >= this.known) this.learn();
    return this.role[func] ?? ROLE.none;
  }

  isMove(func: number): boolean {
    if (func >= this.known) this.learn();
    return this.move[func] === 1;
  }

  /** Mode and reason that the innermost known caller in `stack[0, size)` passes to migrate_pages(). */
  callerIn(stack: Int32Array, size: number): { readonly reason: number; readonly mode: number } {
    if (this.known < this.names.length) this.learn();
    for (let row = size - 1; row >= 0; row--) {
      const caller = this.callers[stack[row]!];
      if (caller !== undefined) return caller;
    }
    return NO_CALLER;
  }

  private learn(): void {
    if (this.names.length > this.role.length) {
      const length = Math.max(this.names.length, this.role.length * 2);
      for (const column of ['role', 'move'] as const) {
        const wider = new Uint8Array(length);
        wider.set(this[column]);
        this[column] = wider;
      }
    }
    for (; this.known < this.names.length; this.known++) {
      const name = plainName(this.names[this.known]!);
      this.role[this.known] = ROLE_OF.get(name) ?? ROLE.none;
      this.move[this.known] = MOVES.has(name) ? 1 : 0;
      this.callers[this.known] = CALLER_OF.get(name);
    }
  }
}

/** Without what compilers add to the copies they make: migrate_pages_batch.part.0, .isra.0, .constprop.0, .cold. */
function plainName(name: string): string {
  const dot = name.indexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

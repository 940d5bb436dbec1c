/** Steps that folios of one kind go through: made once, and written for many stretches of them. */
import type { SegmentKind } from './run';
import { PHASES, SEGMENT_KINDS, SEGMENT_SHAPES, STEP_PHASE } from './run';

/** Durations of the steps of one folio, whole picoseconds; missing ones are 0. */
export type Durations = readonly [number, number?, number?, number?, number?, number?, number?];

export interface StepShape {
  readonly kind: SegmentKind;
  /** Index in SEGMENT_KINDS. */
  readonly code: number;
  readonly d: Durations;
  /** Sum of `d`. */
  readonly period: number;
  /** What one folio adds to the accounts: indices in PHASES, and ps for each. */
  readonly accounts: readonly number[];
  readonly amounts: readonly number[];
  /** Of that, asleep. */
  readonly slept: number;
  /** Row of `Run.shapes`, -1 before it has one. */
  row: number;
}

/** Kinds of which the step WAIT_STEP is a sleep. */
const SLEEPS: ReadonlySet<SegmentKind> = new Set(['unmapAfterWait', 'writeOut', 'writeOutUnmapped']);
const WAIT_STEP = 1;

/** Of each segment kind: its code, and the account (index in PHASES) that each of its durations goes to. */
export const KINDS = Object.fromEntries(
  SEGMENT_KINDS.map((kind, code) => [
    kind,
    { code, accounts: SEGMENT_SHAPES[kind].map((step) => PHASES.indexOf(STEP_PHASE[step])) },
  ]),
) as unknown as Readonly<
  Record<SegmentKind, { readonly code: number; readonly accounts: readonly number[] }>
>;

export function stepShape(kind: SegmentKind, d: Durations): StepShape {
  const { code, accounts: accountOf } = KINDS[kind];
  const accounts: number[] = [];
  const amounts: number[] = [];
  let period = 0;
  for (let i = 0; i < d.length; i++) {
    const duration = d[i] ?? 0;
    period += duration;
    if (duration === 0) continue;
    const account = accountOf[i] as number;
    const at = accounts.indexOf(account);
    if (at < 0) {
      accounts.push(account);
      amounts.push(duration);
    } else amounts[at] = (amounts[at] as number) + duration;
  }
  const slept = SLEEPS.has(kind) ? (d[WAIT_STEP] ?? 0) : 0;
  return { kind, code, d, period, accounts, amounts, slept, row: -1 };
}

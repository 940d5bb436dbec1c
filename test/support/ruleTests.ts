/** Kernel rules as data: a situation, the kernels it speaks of, and what playing it must give. */
import { strict as assert } from 'node:assert';
import type { MigrateTotals } from '../../src/engine/kernel/totals';
import { BATCH_KINDS, SEGMENT_KINDS, SEGMENT_SHAPES } from '../../src/engine/sim/run';
import type { EventCounts, KernelRulesName, Run, RunConfig, Step } from '../../src/engine/sim/run';
import type { CallOfRuns } from './workloads';
import { playOne } from './workloads';
import { stepDuration } from '../../src/engine/sim/segmentShapes';

export const ALL: readonly KernelRulesName[] = ['6.1', '6.8', '6.12', '7.2'];
/** Kernels that work through a batch in phases. */
export const PHASED: readonly KernelRulesName[] = ['6.8', '6.12', '7.2'];

/** What a run's folios went through. */
export interface Work {
  /** Destination folios allocated. */
  destinations: number;
  /** Folios whose page table entries were replaced (try_to_migrate), put back or not. */
  unmaps: number;
  /** Attempts to move, successful ones included. */
  attempts: number;
  /** Folios copied by the CPU in their move. */
  copies: number;
}

export interface Situation {
  readonly says: string;
  /** Default: the kernels of its rule. */
  readonly kernels?: readonly KernelRulesName[];
  readonly call: CallOfRuns;
  readonly config?: Partial<RunConfig>;
  readonly totals?: Partial<MigrateTotals>;
  readonly events?: Partial<EventCounts>;
  readonly returned?: number;
  readonly untried?: number;
  /** Kinds of the batches in order, `batch 512` with base pages; or how many. */
  readonly batches?: number | readonly string[];
  /** The segments in order, without waits: see `orderOf`. */
  readonly order?: readonly string[];
  readonly work?: Partial<Work>;
  readonly check?: (run: Run) => void;
}

/** Something that is not a played call: what callers do, and properties over many calls. */
export interface Statement {
  readonly says: string;
  readonly kernels?: readonly KernelRulesName[];
  readonly holds: (kernel: KernelRulesName) => void;
}

export interface Rule {
  /** As docs/RULES.md names it: number and name. */
  readonly name: string;
  readonly kernels: readonly KernelRulesName[];
  readonly tests: readonly (Situation | Statement)[];
}

/** Plays a situation by a kernel's rules and compares all that it states. */
export function checkSituation(situation: Situation, kernel: KernelRulesName): void {
  const { call, config, totals, events, returned, untried, batches, order, work } = situation;
  const run = playOne(call, { kernel, ...config });
  assert.deepEqual(pick(run.totals, totals), totals ?? {}, 'totals');
  assert.deepEqual(pick(run.events, events), events ?? {}, 'events');
  if (returned !== undefined) assert.equal(run.calls.returned[0], returned, 'return value');
  if (untried !== undefined) assert.equal(run.untried, untried, 'untried pages');
  if (typeof batches === 'number') assert.equal(run.batches.length, batches, 'batches');
  else if (batches !== undefined) assert.deepEqual(batchesOf(run), batches, 'batches');
  if (order !== undefined) assert.deepEqual(orderOf(run), order, 'order');
  assert.deepEqual(pick(workOf(run), work), work ?? {}, 'work');
  situation.check?.(run);
}

function pick<T extends object>(all: T, wanted: Partial<T> | undefined): Partial<T> {
  const names = Object.keys(wanted ?? {}) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, all[name]])) as Partial<T>;
}

/** `batch 512`, `alone 1`, `split 512`: kind and base pages of each batch. */
export function batchesOf(run: Run): string[] {
  return Array.from(run.batches.kind, (kind, i) => `${BATCH_KINDS[kind]} ${run.batches.pages[i]}`);
}

/**
 * What a run does, in order: `unmap 512`, `flush`, `move 512` … with the number of folios. Set events belong to unmap;
 * remove events to move, remap and undo; both, folio by folio, to `unmapAndMove` and `unmapAndUndo`.
 */
export function orderOf(run: Run): string[] {
  const order: string[] = [];
  for (let i = 0; i < run.segments.length; i++) {
    const kind = SEGMENT_KINDS[run.segments.kind[i] as number] ?? '';
    if (kind === 'entry' || kind === 'coldCopy') continue;
    const word = kind.startsWith('move') ? 'move' : kind;
    order.push(kind === 'flush' ? 'flush' : `${word} ${run.segments.count[i]}`);
  }
  return order;
}

export function workOf(run: Run): Work {
  const work: Work = { destinations: 0, unmaps: 0, attempts: 0, copies: 0 };
  const { segments } = run;
  for (let i = 0; i < segments.length; i++) {
    const kind = SEGMENT_KINDS[segments.kind[i] as number];
    if (kind === undefined || kind === 'coldCopy') continue;
    const shape: readonly Step[] = SEGMENT_SHAPES[kind];
    const folios = segments.count[i] as number;
    if (shape.includes('alloc')) work.destinations += folios;
    // A try that fails before the unmap has an unmap step that takes no time.
    if (shape.includes('unmap') && stepDuration(run, i, 1) > 0) work.unmaps += folios;
    if (shape.includes('switch') || shape.includes('retry') || kind.startsWith('writeOut'))
      work.attempts += folios;
    if (shape.includes('copy')) work.copies += folios;
  }
  return work;
}

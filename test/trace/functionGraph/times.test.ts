import assert from 'node:assert/strict';
import { FunctionTimes, unknownTask } from '../../../src/trace/calls/functionTimes';
import { reasonCode, UNKNOWN_CODE } from '../../../src/engine/kernel/modes';
import { emptyTable } from '../../../src/base/columns';
import { CALL_PHASE_SCHEMA } from '../../../src/trace/model';

const CPU = 3;
const TASK = 942;

/** Runs a tree of calls, written as an indented list of `name` or `name duration`; a name without `}` below it never returns. */
class Script {
  readonly names: string[] = [];
  readonly times = new FunctionTimes(this.names);
  cpu = CPU;
  task = TASK;
  now = 1000;

  enter(depth: number, name: string): this {
    this.times.enter(this.cpu, this.task, depth, this.id(name), (this.now += 10));
    return this;
  }

  leave(depth: number, durationNs: number, name = ''): this {
    this.times.leave(
      this.cpu,
      this.task,
      depth,
      name === '' ? -1 : this.id(name),
      (this.now += 10),
      durationNs,
    );
    return this;
  }

  leaf(depth: number, name: string, durationNs: number): this {
    this.times.leaf(this.cpu, this.task, depth, this.id(name), (this.now += 10), durationNs);
    return this;
  }

  private id(name: string): number {
    const known = this.names.indexOf(name);
    return known >= 0 ? known : this.names.push(name) - 1;
  }

  call(row = 0): Record<string, number> {
    const { calls } = this.times.finish();
    return Object.fromEntries(
      Object.entries(calls).map(([name, column]) => [name, (column as Float64Array)[row]!]),
    );
  }
}

/** A whole call on 6.12: one folio. */
function wholeCall(script: Script): Script {
  return script
    .enter(0, 'migrate_pages')
    .enter(1, 'migrate_pages_batch')
    .leaf(2, 'alloc_migration_target', 7)
    .enter(2, 'try_to_migrate')
    .enter(3, 'try_to_migrate_one')
    .leaf(4, 'flush_tlb_mm_range', 5)
    .leave(3, 15)
    .leave(2, 20)
    .enter(2, 'try_to_unmap_flush')
    .leaf(3, 'arch_tlbbatch_flush', 3)
    .leave(2, 4)
    .enter(2, 'migrate_folio_move')
    .enter(3, 'move_to_new_folio')
    .leaf(4, 'folio_mc_copy', 30)
    .leave(3, 40)
    .leaf(3, 'remove_migration_pte', 6)
    .leave(2, 50)
    .leave(1, 90)
    .leave(0, 100);
}

describe('phases of a call of migrate_pages()', () => {
  it('are the outermost functions of each, and what is nested in them counts once', () => {
    const call = wholeCall(new Script()).call();
    assert.equal(call['isComplete'], 1);
    assert.deepEqual(
      [call['totalNs'], call['unmapNs'], call['flushNs'], call['copyNs'], call['remapNs']],
      [100, 20, 4, 30, 6],
    );
    assert.deepEqual([call['allocNs'], call['unmapFlushNs'], call['copies']], [7, 5, 1]);
    assert.equal(call['startNs'], 1010);
    assert.equal(call['endNs'], 1110);
  });

  it('self times are without what was called, and add up to the whole', () => {
    const { timings } = wholeCall(new Script()).times.finish();
    const self = Object.fromEntries(timings.map(({ name, selfNs }) => [name, selfNs]));
    assert.equal(self['try_to_migrate'], 5);
    assert.equal(self['migrate_pages'], 10);
    assert.equal(self['migrate_pages_batch'], 90 - 7 - 20 - 4 - 50);
    assert.equal(
      Object.values(self).reduce<number>((sum, ns) => sum + ns!, 0),
      100,
    );
  });

  const remaps: readonly [name: string, build: (script: Script) => Script, remapNs: number][] = [
    [
      'remove_migration_ptes() with all below it',
      (s) =>
        s
          .enter(2, 'remove_migration_ptes')
          .enter(3, 'rmap_walk')
          .leaf(4, 'remove_migration_pte', 5)
          .leave(3, 8)
          .leave(2, 9),
      9,
    ],
    [
      'rmap_walk() of migrate_folio_move()',
      (s) => s.enter(2, 'rmap_walk').leaf(3, 'remove_migration_pte', 5).leave(2, 8),
      8,
    ],
    [
      'remove_migration_pte() alone',
      (s) => s.leaf(2, 'remove_migration_pte', 5).leaf(2, 'remove_migration_pte', 5),
      10,
    ],
    ['a copy the compiler made', (s) => s.leaf(2, 'remove_migration_ptes.constprop.0', 9), 9],
  ];
  for (const [name, build, remapNs] of remaps) {
    it(`remap is ${name}`, () => {
      const script = new Script().enter(0, 'migrate_pages').enter(1, 'migrate_folio_move');
      assert.equal(build(script).leave(1, 40).leave(0, 50).call()['remapNs'], remapNs);
    });
  }

  it('the walk of try_to_migrate() is unmap', () => {
    const script = new Script().enter(0, 'migrate_pages').enter(1, 'try_to_migrate').leaf(2, 'rmap_walk', 8);
    const call = script.leave(1, 9).leave(0, 50).call();
    assert.deepEqual([call['unmapNs'], call['remapNs']], [9, 0]);
  });

  it('a split within the call is no phase', () => {
    const script = new Script().enter(0, 'migrate_pages').enter(1, 'split_huge_page_to_list_to_order');
    const call = script
      .leaf(2, 'try_to_migrate', 8)
      .leaf(2, 'remove_migration_ptes', 9)
      .leave(1, 20)
      .leave(0, 50)
      .call();
    assert.deepEqual([call['isComplete'], call['unmapNs'], call['remapNs']], [1, 0, 0]);
  });

  it('demotion by reclaim within an allocation is a call of its own', () => {
    const script = new Script()
      .enter(0, 'migrate_pages')
      .enter(1, 'alloc_migration_target')
      .enter(2, 'demote_folio_list');
    script.enter(3, 'migrate_pages').leaf(4, 'folio_mc_copy', 11).leave(3, 20).leave(2, 25).leave(1, 30);
    const { calls } = script.leaf(1, 'folio_mc_copy', 12).leave(0, 60).times.finish();
    assert.deepEqual([...calls.totalNs], [20, 60]);
    assert.deepEqual([...calls.copyNs], [11, 12]);
    assert.deepEqual([...calls.allocNs], [0, 30]);
    assert.deepEqual([...calls.reason], [reasonCode('demotion'), UNKNOWN_CODE]);
  });

  it('the nearest caller tells the reason', () => {
    const script = new Script().enter(0, '__x64_sys_mbind').enter(1, 'do_mbind').enter(2, 'migrate_pages');
    assert.equal(script.leave(2, 5).call()['reason'], reasonCode('mempolicy_mbind'));
  });

  it('what was not traced is not seen, so that no one takes it for 0', () => {
    const script = new Script().enter(0, 'migrate_pages').leaf(1, 'folio_mc_copy', 12).leave(0, 60);
    const { seen } = script.times.finish();
    assert.deepEqual(seen, {
      unmap: false,
      flush: false,
      copy: true,
      remap: false,
      alloc: false,
      unmapFlush: false,
    });
  });

  it('flushes within unmap do not tell the flush of the batch', () => {
    const script = new Script()
      .enter(0, 'migrate_pages')
      .enter(1, 'try_to_migrate')
      .leaf(2, 'flush_tlb_mm_range', 5);
    const { seen } = script.leave(1, 9).leave(0, 60).times.finish();
    assert.deepEqual([seen.unmap, seen.flush, seen.unmapFlush], [true, false, true]);
  });

  it('two tasks on one CPU do not mix', () => {
    const script = new Script().enter(0, 'migrate_pages').enter(1, 'try_to_migrate');
    script.task = 77;
    script.enter(0, 'migrate_pages').leaf(1, 'folio_mc_copy', 3).leave(0, 9);
    script.task = TASK;
    const { calls } = script.leave(1, 20).leave(0, 100).times.finish();
    assert.deepEqual([...calls.task], [77, TASK]);
    assert.deepEqual([...calls.isComplete], [1, 1]);
    assert.deepEqual([...calls.unmapNs], [0, 20]);
  });

  it('without durations the times count', () => {
    const script = new Script()
      .enter(0, 'migrate_pages')
      .enter(1, 'folio_mc_copy')
      .leave(1, NaN)
      .leave(0, NaN);
    const call = script.call();
    assert.deepEqual([call['totalNs'], call['copyNs'], call['isComplete']], [30, 10, 1]);
  });
});

describe('a call that was not recorded whole is incomplete, and nothing of it is guessed', () => {
  const cases: readonly [name: string, build: (script: Script) => Script][] = [
    ['no return', (s) => s.enter(0, 'migrate_pages').leaf(1, 'folio_mc_copy', 5)],
    ['no entry', (s) => s.leaf(1, 'folio_mc_copy', 5).leave(0, 50, 'migrate_pages')],
    [
      'no return within it',
      (s) => s.enter(0, 'migrate_pages').enter(1, 'try_to_migrate').leaf(1, 'folio_mc_copy', 5).leave(0, 50),
    ],
    ['no entry within it', (s) => s.enter(0, 'migrate_pages').leave(1, 9, 'try_to_migrate').leave(0, 50)],
    [
      'the entry of another function',
      (s) => s.enter(0, 'migrate_pages').enter(1, 'folio_copy').leave(1, 9, 'try_to_migrate').leave(0, 50),
    ],
    ['the next call begins', (s) => s.enter(0, 'migrate_pages').enter(0, 'do_mbind').leave(0, 5)],
    [
      'a return that neither duration nor time tells',
      (s) => {
        s.times.enter(CPU, TASK, 0, s.names.push('migrate_pages') - 1, NaN);
        s.times.leave(CPU, TASK, 0, -1, NaN, NaN);
        return s;
      },
    ],
    [
      'another CPU goes on',
      (s) => {
        s.enter(0, 'migrate_pages');
        s.cpu = 1;
        return s.leave(0, 50);
      },
    ],
    [
      'a loss within',
      (s) => {
        s.enter(0, 'migrate_pages').times.lost(CPU);
        return s.leave(0, 50, 'migrate_pages');
      },
    ],
  ];
  for (const [name, build] of cases) {
    it(name, () => {
      const { sums, calls } = build(new Script()).times.finish();
      assert.ok(sums.calls >= 1);
      assert.equal(sums.incomplete, sums.calls);
      assert.ok(calls.isComplete.every((whole) => whole === 0));
      assert.equal(sums.phases.sums(null), null);
    });
  }

  it('a loss on another CPU changes nothing', () => {
    const script = new Script().enter(0, 'migrate_pages');
    script.times.lost(CPU + 1);
    assert.equal(script.leave(0, 50).call()['isComplete'], 1);
  });

  it('functions without an entry still count with the duration that the kernel measured', () => {
    const { timings, cut } = new Script().leave(0, 50, 'folio_mc_copy').times.finish();
    assert.deepEqual(timings, [{ name: 'folio_mc_copy', calls: 1, totalNs: 50, selfNs: 0 }]);
    assert.equal(cut, 1);
  });

  it('a task that becomes known later keeps what it has open', () => {
    const script = new Script();
    script.task = unknownTask(CPU);
    script.enter(0, 'migrate_pages').leave(0, 5).enter(0, 'migrate_pages');
    script.times.rename(script.task, TASK);
    script.task = TASK;
    const { calls } = script.leave(0, 9).times.finish();
    assert.deepEqual([...calls.task], [TASK, TASK]);
    assert.deepEqual([...calls.isComplete], [1, 1]);
  });

  it('only sums, where no rows are asked for', () => {
    const names = ['migrate_pages', 'folio_mc_copy'];
    const times = new FunctionTimes(names, false);
    for (let call = 0; call < 1000; call++) {
      times.enter(0, 1, 0, 0, call * 100);
      times.leaf(0, 1, 1, 1, call * 100 + 10, 30);
      times.leave(0, 1, 0, -1, call * 100 + 90, 80);
    }
    const { calls, sums, seen } = times.finish();
    assert.equal(calls.length, 0);
    const phases = sums.phases.sums(seen)!;
    assert.deepEqual(
      [phases.calls, phases.total_ns, phases.copy_ns, phases.unmap_ns],
      [1000, 80_000, 30_000, null],
    );
    assert.equal(phases.F, 0.375);
  });
});

describe('columns of measured calls and of the model', () => {
  it('have the same names, so that both are summed alike', () => {
    const { calls } = new Script().times.finish();
    for (const name of Object.keys(emptyTable(CALL_PHASE_SCHEMA))) assert.ok(name in calls, name);
  });
});

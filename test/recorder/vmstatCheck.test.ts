import { strict as assert } from 'node:assert';
import { zeroTotals } from '../../src/engine/kernel/totals';
import { checkVmstat, type VmstatReadings } from '../../src/recorder/vmstatCheck';

/** Readings whose pgmigrate_success is as given; the others stay 0. */
function readings(...success: readonly [number, number, number, number]): VmstatReadings {
  const [beforeOn, afterOn, beforeOff, afterOff] = success.map(
    (value) =>
      new Map([
        ['pgmigrate_success', value],
        ['pgmigrate_fail', 0],
      ]),
  );
  return { beforeOn: beforeOn!, afterOn: afterOn!, beforeOff: beforeOff!, afterOff: afterOff! };
}

const RECORDING = { lostEvents: 0, isFiltered: false, hasSummaries: true };
const recorded = (nr_succeeded: number) => ({ ...RECORDING, totals: { ...zeroTotals(), nr_succeeded } });

describe('recorded sums beside /proc/vmstat', () => {
  it('agree when they are the same', () => {
    const check = checkVmstat(readings(100, 100, 150, 150), recorded(50));
    assert.equal(check.agrees, true);
    assert.equal(check.reason, '');
    assert.deepEqual(
      check.counters.map(({ counter }) => counter),
      ['pgmigrate_success', 'pgmigrate_fail'],
    );
  });

  it('may lie between the readings where pages moved while it was switched on or off, and not beyond', () => {
    // 3 pages moved while it was switched on, 5 while it was switched off.
    const around = readings(100, 103, 150, 155);
    assert.equal(checkVmstat(around, recorded(46)).agrees, false);
    for (const count of [47, 50, 55]) assert.equal(checkVmstat(around, recorded(count)).agrees, true);
    assert.equal(checkVmstat(around, recorded(56)).agrees, false);
  });

  it('are compared honestly: a difference has its reason', () => {
    const grown = readings(0, 0, 9, 9);
    const reasonOf = (changes: object) => checkVmstat(grown, { ...recorded(5), ...changes }).reason;
    assert.match(reasonOf({}), /pgmigrate_success grew by 9 while 5 were recorded/);
    assert.match(reasonOf({ lostEvents: 12 }), /12 events were lost/);
    assert.match(reasonOf({ isFiltered: true }), /Only some tasks or reasons/);
    assert.match(reasonOf({ hasSummaries: false }), /mm_migrate_pages was not among the events/);
    const none = new Map<string, number>();
    const empty = { beforeOn: none, afterOn: none, beforeOff: none, afterOff: none };
    const check = checkVmstat(empty, recorded(0));
    assert.equal(check.agrees, false);
    assert.match(check.reason, /counts no migrations/);
  });
});

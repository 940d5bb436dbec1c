import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { traceInfo } from '../../../src/analysis/info';
import { FIXTURES, readText } from '../recordings';

const recorded = gunzipSync(readFileSync(`${FIXTURES}/kprobes-2m/trace.txt.gz`)).toString('latin1');

/** Function → calls and µs, paired by task with a regular expression. */
function paired(text: string): Record<string, { calls: number; us: number }> {
  const LINE = /^ *(\S+)-(\d+) +\[\d+\] \S+ +(\d+)\.(\d{6}): \w+: \((?:(\w+)\+0x4\/0x\w+|\S+ <- (\w+))\)/;
  const open = new Map<string, number>();
  const times: Record<string, { calls: number; us: number }> = {};
  for (const line of text.split('\n')) {
    const found = LINE.exec(line);
    if (found === null) continue;
    const [, , pid, seconds, micros, entered, left] = found;
    const us = Number(seconds) * 1e6 + Number(micros);
    if (entered !== undefined) open.set(`${pid} ${entered}`, us);
    else {
      const time = (times[left!] ??= { calls: 0, us: 0 });
      time.calls++;
      time.us += us - open.get(`${pid} ${left!}`)!;
    }
  }
  return times;
}

/** Function → calls and µs, as read. */
function read(text: string): Record<string, { calls: number; us: number }> {
  return Object.fromEntries(
    readText(text).value.timings.map(({ name, calls, totalNs }) => [
      name,
      { calls, us: Math.round(totalNs / 1000) },
    ]),
  );
}

describe('kprobes and kretprobes time functions', () => {
  it('as a plain pairing of their lines does', () => {
    const expected = paired(recorded);
    assert.equal(expected['try_to_migrate']!.calls, 1536);
    assert.deepEqual(read(recorded), expected);
  });

  it('and give the phases of each call, all but what was not probed', () => {
    const info = traceInfo(readText(recorded));
    const times = paired(recorded);
    assert.equal(info.calls.complete, 3);
    assert.equal(info.phases!.unmap_ns, times['try_to_migrate']!.us * 1000);
    assert.equal(info.phases!.copy_ns, times['folio_mc_copy']!.us * 1000);
    assert.equal(info.phases!.total_ns, times['migrate_pages']!.us * 1000);
    assert.equal(info.events['unmap_in'], 1536);
  });

  it('with a task per CPU told apart', () => {
    const other = recorded.replaceAll('mig-634 ', 'mig-635 ').replaceAll('[000]', '[001]');
    const mixed = interleaved(recorded.split('\n'), other.split('\n'));
    const expected = paired(recorded);
    for (const time of Object.values(expected)) {
      time.calls *= 2;
      time.us *= 2;
    }
    assert.deepEqual(read(mixed.join('\n')), expected);
  });
});

function interleaved(a: readonly string[], b: readonly string[]): string[] {
  return a.flatMap((line, row) => [line, b[row]!]);
}

describe('probes of which only one end is there', () => {
  it('have no time, and take none from the others', () => {
    const entryOnly = recorded.replaceAll(/^.*unmap_ret: .*\n/gm, '');
    const { try_to_migrate: _gone, ...rest } = paired(recorded);
    assert.deepEqual(read(entryOnly), rest);
    const returnOnly = recorded.replaceAll(/^.*unmap_in: .*\n/gm, '');
    assert.deepEqual(read(returnOnly), rest);
    // Only the first call can be hurt, before it is known that no return is probed.
    assert.ok(
      traceInfo(readText(entryOnly)).problems.some(({ message }) => message.includes('1 of 3 calls')),
    );
  });

  it('in the middle of a function are events only', () => {
    const { value } = readText(
      '             mig-1   [000] .....  1.000000: mid: (migrate_pages+0x1f4/0xb60)\n             mig-1   [000] .....  2.000000: end: (caller+0x10/0x20 <- migrate_pages)\n',
    );
    assert.deepEqual(value.timings, []);
    assert.deepEqual(value.eventCounts, { mid: 1, end: 1 });
  });

  it('lost in between are left out', () => {
    const lines = recorded.split('\n');
    const middle = lines.findIndex((line) => line.includes('unmap_in:')) + 1;
    lines.splice(middle, 0, 'CPU:0 [LOST 12 EVENTS]');
    const times = read(lines.join('\n'));
    assert.equal(times['try_to_migrate']!.calls, 1535);
    assert.equal(times['migrate_pages']!.calls, 2);
  });
});

describe('the function of a probe is told by what each tool prints', () => {
  const FTRACE = '             mig-1     [000] .....     ';
  const REPORT = '             mig-1     [000]     ';
  const table: [name: string, entry: string, ret: string][] = [
    [
      'tracefs',
      `${FTRACE}1.000000: a: (folio_copy+0x0/0x40)`,
      `${FTRACE}1.000500: b: (x+0x2/0x4 <- folio_copy)`,
    ],
    [
      'tracefs, with arguments',
      `${FTRACE}1.000000: a: (folio_copy+0x4/0x40) dst=0x1 src=0x2`,
      `${FTRACE}1.000500: b: (x+0x2/0x4 <- folio_copy) ret=0`,
    ],
    [
      'trace-cmd report, its default names',
      `${REPORT}1.000000: p_folio_copy_0:       (ffffffff81688889)`,
      `${REPORT}1.000500: r_folio_copy_0:       (ffffffff81688889 <- ffffffff8161acf4)`,
    ],
    [
      'trace-cmd report, names of people',
      `${REPORT}1.000000: folio_copy_in:       (ffffffff81688889)`,
      `${REPORT}1.000500: folio_copy_ret:       (ffffffff81688889 <- ffffffff8161acf4) arg1=0x0`,
    ],
    [
      'perf script, names of perf probe',
      'mig 1 [000] 1.000000: probe:folio_copy: (ffffffff81688889)',
      'mig 1 [000] 1.000500: probe:folio_copy__return: (ffffffff81688889 <- ffffffff8161acf4)',
    ],
    [
      'perf script, numbered by perf probe',
      'mig 1 [000] 1.000000: probe:folio_copy_1: (ffffffff81688889) dst=0x1',
      'mig 1 [000] 1.000500: probe:folio_copy__return_1: (ffffffff81688889 <- ffffffff8161acf4)',
    ],
  ];
  for (const [name, entry, ret] of table) {
    it(name, () => assert.deepEqual(read(`${entry}\n${ret}\n`), { folio_copy: { calls: 1, us: 500 } }));
  }

  it('uprobes are events only: they are at functions of programs', () => {
    const { value } = readText(
      `${FTRACE}1.000000: malloc_in: (0x7f0011223344)\n${FTRACE}1.000500: malloc_ret: (0x401136 <- 0x7f0011223344)\n`,
    );
    assert.deepEqual(value.timings, []);
    assert.deepEqual(value.eventCounts, { malloc_in: 1, malloc_ret: 1 });
  });
});

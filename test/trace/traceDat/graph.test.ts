import * as assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { KernelSymbols } from '../../../src/trace/formats/kernelEvents/kernelSymbols';
import { FIXTURES, readRecording } from '../recordings';
import { readDatFile } from './support';

/** Calls and microseconds per function, in the words of the trace. */
type Sums = Record<string, { calls: number; us: number }>;

describe('function_graph in trace.dat', () => {
  it('tells each function what trace-cmd report says of it', () => {
    const told = sumsOfDat(`${FIXTURES}/tracecmd-fgraph-512k/trace.dat.gz`);
    const printed = sumsOfReport(`${FIXTURES}/tracecmd-fgraph-512k/report.txt.gz`);
    assert.deepEqual(Object.keys(told).sort(), Object.keys(printed).sort());
    for (const [name, { calls, us }] of Object.entries(printed)) {
      assert.equal(told[name]!.calls, calls, name);
      // Each line is rounded to a nanosecond, long ones to ten.
      assert.ok(Math.abs(told[name]!.us - us) < calls * 0.01, `${name}: ${told[name]!.us} for ${us}`);
    }
  });

  it('measures the phases of each call as the text does', () => {
    const dat = readDatFile(`${FIXTURES}/tracecmd-fgraph-512k/trace.dat.gz`).value;
    const text = readRecording(`${FIXTURES}/tracecmd-fgraph-512k/report.txt.gz`).value;
    assert.equal(dat.callPhases.length, 2);
    assert.equal(text.callPhases.length, 2);
    assert.deepEqual([...dat.callPhases.call], [...text.callPhases.call]);
    for (const phase of ['totalNs', 'unmapNs', 'copyNs', 'remapNs'] as const)
      dat.callPhases[phase].forEach((ns, row) => {
        const printed = text.callPhases[phase][row]!;
        assert.ok(Math.abs(ns - printed) <= 0.001 * printed, `${phase}: ${ns} for ${printed}`);
      });
    assert.deepEqual(dat.workload.calls.nr_succeeded, text.workload.calls.nr_succeeded);
    const comms = (trace: typeof dat) =>
      [...trace.workload.calls.comm].map((row) => trace.workload.comms[row]);
    assert.deepEqual(comms(dat), comms(text));
  });

  it('finds a function by any address in it, and names an unknown one by its address', () => {
    const text =
      'ffffffffc0001000 t in_module\t[module]\nffffffff81000010 T first\nffffffff81000010 T alias\nffffffff81000040 D data\nffffffff81000080 t second\n';
    const symbols = new KernelSymbols(() => Buffer.from(text));
    const at = (low: number) => symbols.names[symbols.numberOf(low, 0xffff_ffff)];
    assert.equal(at(0x8100_0010), 'first');
    assert.equal(at(0x8100_0044), 'first');
    assert.equal(at(0x8100_0080), 'second');
    assert.equal(at(0xc000_1004), 'in_module');
    assert.equal(at(0x8000_0000), '0xffffffff80000000');
    assert.equal(symbols.numberOf(0x8100_0044, 0xffff_ffff), symbols.numberOf(0x8100_0014, 0xffff_ffff));
  });
});

function sumsOfDat(path: string): Sums {
  const { value, problems } = readDatFile(path);
  assert.deepEqual(problems, []);
  return Object.fromEntries(
    value.timings.map(({ name, calls, totalNs }) => [name, { calls, us: totalNs / 1000 }]),
  );
}

/** `funcgraph_entry: 1.2 us | f();`, or `funcgraph_entry: | f() {` and later `funcgraph_exit: 3.4 us | }`. */
function sumsOfReport(path: string): Sums {
  const sums: Sums = {};
  const open: Record<string, string[]> = {};
  const add = (name: string, us: string) => {
    const sum = (sums[name] ??= { calls: 0, us: 0 });
    sum.calls++;
    sum.us += Number(us);
  };
  for (const line of gunzipSync(readFileSync(path)).toString().split('\n')) {
    const match = /-(\d+) .*funcgraph_(entry|exit):\s+(?:[^\d|\s]\s)?\s*([\d.]+)? ?(?:us)?\s*\|\s*(.*)$/.exec(
      line,
    );
    if (match === null) continue;
    const [, pid = '', kind, us, text = ''] = match;
    const stack = (open[pid] ??= []);
    const name = text.replace(/\(\).*/, '');
    if (kind === 'exit') add(stack.pop()!, us!);
    else if (text.endsWith('{')) stack.push(name);
    else add(name, us!);
  }
  return sums;
}

import * as assert from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { memorySource } from '../../../src/trace/byteSource';
import type { GraphSink } from '../../../src/trace/formats/kernelEvents/eventTable';
import { KernelSymbols } from '../../../src/trace/formats/kernelEvents/kernelSymbols';
import { createTraceDatReader } from '../../../src/trace/formats/traceDat/reader';
import { unpackPiece } from '../../../src/worker/unpackPiece';
import { FIXTURES } from '../recordings';
import { datBytes } from './support';

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
  const sums: Sums = {};
  const open = new Map<number, number[]>();
  let names: readonly string[] = [];
  const sink: GraphSink = {
    enter: (_cpu, task, depth, func) => {
      open.set(task, [...(open.get(task) ?? []).slice(0, depth), func]);
    },
    leave: (_cpu, task, depth, func, _timeNs, durationNs) => {
      assert.equal(open.get(task)?.[depth], func, 'a return of what was entered');
      const sum = (sums[names[func]!] ??= { calls: 0, us: 0 });
      sum.calls++;
      sum.us += durationNs / 1000;
    },
    lost: () => assert.fail('nothing was lost'),
  };
  const reader = createTraceDatReader(memorySource(datBytes(path)), {
    source: '',
    decompress: unpackPiece,
    graph: (functions) => {
      names = functions;
      return sink;
    },
  });
  while (reader.step());
  reader.finish();
  return sums;
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

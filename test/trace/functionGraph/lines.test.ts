import assert from 'node:assert/strict';
import { GRAPH, GraphLine } from '../../../src/trace/formats/functionGraph/graphLine';

interface Expected {
  readonly kind: number;
  readonly name?: string;
  readonly depth?: number;
  readonly cpu?: number;
  readonly pid?: number;
  readonly comm?: string;
  readonly timeNs?: number;
  readonly durationNs?: number;
}

const latin1 = new TextDecoder('latin1');

function readLine(text: string): Expected | null {
  // Other bytes around it: nothing reads beyond the line.
  const bytes = Buffer.from(`x|${text}\n| us |`, 'latin1');
  const line = new GraphLine();
  if (!line.read(bytes, 2, 2 + text.length)) return null;
  const { kind, depth, cpu, pid, timeNs, durationNs } = line;
  return {
    kind,
    name: latin1.decode(bytes.subarray(line.nameStart, line.nameEnd)),
    depth,
    cpu,
    pid,
    comm: latin1.decode(bytes.subarray(line.commStart, line.commEnd)),
    timeNs,
    durationNs,
  };
}

/** What trace_functions_graph.c prints, by option; the first ones are lines of recordings. */
const LINES: readonly [name: string, line: string, expected: Expected][] = [
  [
    'an entry',
    '   66.563984 |   0)               |  __x64_sys_mbind() {',
    {
      kind: GRAPH.entry,
      name: '__x64_sys_mbind',
      depth: 0,
      cpu: 0,
      pid: -1,
      timeNs: 66_563_984_000,
      durationNs: NaN,
    },
  ],
  [
    'a leaf',
    '   66.564288 |   0) ! 128.937 us  |      queue_pages_range();',
    { kind: GRAPH.leaf, name: 'queue_pages_range', depth: 2, durationNs: 128_937 },
  ],
  [
    'a return with funcgraph-tail',
    '   66.568601 |   0) # 1065.031 us |              } /* migrate_pages_batch */',
    { kind: GRAPH.exit, name: 'migrate_pages_batch', depth: 6, durationNs: 1_065_031 },
  ],
  [
    'five digits of a duration, two decimals',
    '  146.761482 |   0) * 20011.54 us |                    folio_mc_copy();',
    { kind: GRAPH.leaf, durationNs: 20_011_540 },
  ],
  [
    'ten seconds and more, no decimals',
    '   99.9 |   0) $ 15247121 us |  } /* do_pages_move */',
    { kind: -1 },
  ],
  [
    'ten seconds and more',
    '   99.900000 |   0) $ 15247121 us |  } /* do_pages_move */',
    { kind: GRAPH.exit, durationNs: 15_247_121_000 },
  ],
  [
    'a task switch',
    ' 0)    snap-911    =>    mig-925    ',
    { kind: GRAPH.taskSwitch, cpu: 0, pid: 911, comm: 'snap' },
  ],
  [
    'a marker',
    '  144.331166 |   0)               |  /* snap: before */',
    { kind: GRAPH.comment, name: 'snap: before' },
  ],
  [
    'no time',
    ' 0)   1.200 us    |  folio_mc_copy();',
    { kind: GRAPH.leaf, timeNs: NaN, durationNs: 1200, depth: 0 },
  ],
  [
    'no tail',
    ' 11) + 12.200 us   |    }',
    { kind: GRAPH.exit, name: '', depth: 1, cpu: 11, durationNs: 12_200 },
  ],
  ['no overhead marks', ' 0)   1065.031 us |  }', { kind: GRAPH.exit, durationNs: 1_065_031 }],
  [
    'no duration',
    ' 0)      folio_copy() {',
    { kind: GRAPH.entry, name: 'folio_copy', depth: 2, durationNs: NaN },
  ],
  ['no duration, a return', ' 0)  }', { kind: GRAPH.exit, depth: 0 }],
  [
    'no CPU',
    '  66.563984 |   + 12.200 us   |    folio_copy();',
    { kind: GRAPH.leaf, depth: 1, cpu: 0, timeNs: 66_563_984_000, durationNs: 12_200 },
  ],
  [
    'no CPU, no time',
    ' + 12.200 us   |    folio_copy();',
    { kind: GRAPH.leaf, depth: 1, durationNs: 12_200 },
  ],
  ['no CPU, no time, an entry', '               |  folio_copy() {', { kind: GRAPH.entry, depth: 0 }],
  [
    'the task',
    '  66.563984 |   0)    mig-942    | ! 128.937 us  |      folio_copy();',
    { kind: GRAPH.leaf, pid: 942, comm: 'mig', depth: 2, durationNs: 128_937 },
  ],
  [
    'a task with a space and a minus',
    ' 0)  a b-c-12   |               |  folio_copy() {',
    { kind: GRAPH.entry, pid: 12, comm: 'a b-c' },
  ],
  [
    'task and latency format',
    '  66.563984 |   3)    mig-942    |  d..1. | + 12.200 us   |    }',
    { kind: GRAPH.exit, cpu: 3, pid: 942, depth: 1, durationNs: 12_200 },
  ],
  ['latency format without duration', ' 3)  .....  |    folio_copy();', { kind: GRAPH.leaf, depth: 1 }],
  [
    'time from the start of the recording',
    '      1234 us |   0)   1.200 us    |  folio_copy();',
    { kind: GRAPH.leaf, timeNs: 1_234_000, durationNs: 1200 },
  ],
  [
    'a return value, 6.5',
    ' 0)   1.200 us    |  folio_mc_copy(); /* = 0x0 */',
    { kind: GRAPH.leaf, name: 'folio_mc_copy' },
  ],
  [
    'a return value, 6.13',
    ' 0)   1.200 us    |  } /* migrate_pages ret=-12 */',
    { kind: GRAPH.exit, name: 'migrate_pages' },
  ],
  [
    'a return address and value',
    ' 0)   1.200 us    |  folio_mc_copy(); /* <-move_to_new_folio+0x60/0x2b0 ret=0x0 */',
    { kind: GRAPH.leaf, name: 'folio_mc_copy' },
  ],
  [
    'a return address',
    ' 0)               |    migrate_pages() { /* <-do_pages_move+0x1f/0x400 */',
    { kind: GRAPH.entry, name: 'migrate_pages', depth: 1 },
  ],
  [
    'arguments, 6.15',
    ' 0)   1.200 us    |  folio_mc_copy(dst=0xffffea0004, src=0xffffea0008);',
    { kind: GRAPH.leaf, name: 'folio_mc_copy' },
  ],
  [
    'arguments of an entry',
    ' 0)               |  migrate_pages(from=0xff, reason=3) {',
    { kind: GRAPH.entry, name: 'migrate_pages' },
  ],
  [
    'a function of a module',
    ' 0)   1.200 us    |  folios_copy_dma [dcbm]();',
    { kind: GRAPH.leaf, name: 'folios_copy_dma' },
  ],
  [
    'a return from a module',
    ' 0)   1.200 us    |  } /* folios_copy_dma [dcbm] */',
    { kind: GRAPH.exit, name: 'folios_copy_dma' },
  ],
  ['an interrupt begins', ' 0)   ==========> |', { kind: GRAPH.other }],
  ['an interrupt ends', '  66.563984 |   0)   <========== |', { kind: GRAPH.other }],
  [
    'an event with bars in it',
    ' 0)               |  /* mm_page_alloc: gfp_flags=GFP_KERNEL|__GFP_ZERO */',
    { kind: GRAPH.comment, name: 'mm_page_alloc: gfp_flags=GFP_KERNEL|__GFP_ZERO' },
  ],
];

describe('lines of the function_graph tracer', () => {
  for (const [name, text, expected] of LINES) {
    it(`${name}: ${text.trim()}`, () => {
      const read = readLine(text);
      if (expected.kind === -1) {
        assert.equal(read, null);
        return;
      }
      assert.ok(read !== null);
      for (const [key, value] of Object.entries(expected))
        assert.equal(read[key as keyof Expected], value, key);
    });
  }

  const others = [
    '',
    ' ',
    '|',
    ' ------------------------------------------',
    '             mig-942     [000] ...1.    47.640331: set_migration_pte: addr=1, pte=2 order=0',
    'cpus=4',
    '| a | table |',
    ' 0) first of a list',
    ' 0)   1.200 us',
    '  66.563984 |',
    '  66.563984 |   0)',
    ' 0)    snap =>    mig-925',
    '} /* a return without anything */',
  ];
  for (const text of others) {
    it(`no line of it: "${text}"`, () => assert.equal(readLine(text), null));
  }

  it('a line cut anywhere never reads beyond its end, nor throws', () => {
    for (const [, text] of LINES) {
      for (let length = 0; length <= text.length; length++) {
        const read = readLine(text.slice(0, length));
        assert.ok(read === null || read.kind >= GRAPH.leaf);
      }
    }
  });
});

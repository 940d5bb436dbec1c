/** K28 to K34: what callers hand to migrate_pages(). */
import { strict as assert } from 'node:assert';
import type { CompactionFolio } from '../../../src/engine/kernel/callers/compaction';
import { COMPACTION_MODES, compactionCalls } from '../../../src/engine/kernel/callers/compaction';
import { demotionCalls } from '../../../src/engine/kernel/callers/demotion';
import { memoryOfflineCalls } from '../../../src/engine/kernel/callers/memoryOffline';
import type { MovePagesEntry, MovePagesRequest } from '../../../src/engine/kernel/callers/movePages';
import { movePagesCalls } from '../../../src/engine/kernel/callers/movePages';
import { numaBalancingCalls } from '../../../src/engine/kernel/callers/numaBalancing';
import type { Rule } from '../../support/ruleTests';
import { ALL, PHASED } from '../../support/ruleTests';

const MACHINE = { moveAll: false, nodes: [0, 1, 2], allowed: [0, 1, 2] };

/** `pages` pages on node 1, one entry each, to the nodes of `targets` in turn. */
function request(pages: number, ...targets: number[]): MovePagesRequest {
  return {
    ...MACHINE,
    folios: Array.from({ length: pages }, () => ({ node: 1 })),
    entries: Array.from({ length: pages }, (_, at): MovePagesEntry => {
      return { at, target: targets[at % targets.length] ?? 0 };
    }),
  };
}

/** The same with some entries replaced. */
function withEntries(
  base: MovePagesRequest,
  changes: Readonly<Record<number, Partial<MovePagesEntry>>>,
): MovePagesRequest {
  return { ...base, entries: base.entries.map((entry, i) => ({ ...entry, ...changes[i] })) };
}

function sizes(calls: readonly { folios: readonly number[] }[]): number[] {
  return calls.map((call) => call.folios.length);
}

/** Base pages of consecutive PFNs from `pfn` on. */
function pagesFrom(pfn: number, count: number, failing: readonly number[] = []): CompactionFolio[] {
  return Array.from({ length: count }, (_, i) => ({ pfn: pfn + i, pages: 1, fails: failing.includes(i) }));
}

export const CALLER_RULES: readonly Rule[] = [
  {
    name: 'K28 move_pages: one call per run of one target',
    kernels: ALL,
    tests: [
      {
        says: 'alternating targets make a call per entry',
        holds: () => {
          const { calls, status, returned } = movePagesCalls(request(6, 0, 2));
          assert.deepEqual(sizes(calls), [1, 1, 1, 1, 1, 1]);
          assert.deepEqual(
            calls.map((call) => call.target),
            [0, 2, 0, 2, 0, 2],
          );
          assert.deepEqual(status, [0, 2, 0, 2, 0, 2]);
          assert.equal(returned, 0);
        },
      },
      {
        says: 'entries that can all be queued for one target make one call, SYNC, in their order',
        holds: () => {
          const { calls, status } = movePagesCalls(request(2000, 0));
          assert.deepEqual(sizes(calls), [2000]);
          assert.equal(calls[0]?.mode, 'MIGRATE_SYNC');
          assert.equal(calls[0]?.reason, 'syscall_or_cpuset');
          assert.deepEqual(calls[0]?.folios.slice(0, 3), [0, 1, 2]);
          assert.ok(status.every((node) => node === 0));
        },
      },
      {
        says: 'every fourth page still to move: a call for each of 128, as in pinned-vmsplice',
        holds: () => {
          const folios = Array.from({ length: 512 }, (_, i) => ({ node: i % 4 === 0 ? 1 : 0 }));
          const { calls, status } = movePagesCalls({ ...request(512, 0), folios });
          assert.deepEqual(sizes(calls), Array<number>(128).fill(1));
          assert.ok(status.every((node) => node === 0));
        },
      },
    ],
  },
  {
    name: 'K29 move_pages: an entry that is not queued closes the run',
    kernels: ALL,
    tests: [
      {
        says: 'its own status is written before the run is moved',
        holds: () => {
          const seen: number[] = [];
          const outcome = movePagesCalls(withEntries(request(5, 0), { 3: { at: 'no-page' } }), (call) => {
            seen.push(call.folios.length);
            return call.folios.length === 3 ? 1 : 0;
          });
          assert.deepEqual(seen, [3]);
          assert.deepEqual(outcome.status, [null, null, null, -2, null]);
        },
      },
      {
        says: 'no page -ENOENT, no mapping -EFAULT, shared -EACCES, isolated -EBUSY, there already its node',
        holds: () => {
          const base = request(6, 0);
          const folios = base.folios.map((folio, i) => ({
            ...folio,
            mappers: i === 2 ? 3 : 1,
            isolated: i === 3,
            node: i === 4 ? 0 : 1,
          }));
          const entries = { 0: { at: 'no-page' }, 1: { at: 'no-vma' } } as const;
          const one = movePagesCalls(withEntries({ ...base, folios }, entries));
          assert.deepEqual(one.status, [-2, -14, -13, -16, 0, 0]);
          assert.deepEqual(
            one.calls.map((call) => call.folios),
            [[5]],
          );
          const all = movePagesCalls(withEntries({ ...base, folios, moveAll: true }, entries));
          assert.equal(all.status[2], 0);
          assert.deepEqual(
            all.calls.map((call) => call.folios),
            [[2], [5]],
          );
        },
      },
      {
        says: 'a node that is not there, or not allowed, ends the system call once the run is moved',
        holds: () => {
          const absent = movePagesCalls(withEntries(request(4, 0), { 2: { target: 37 } }));
          assert.deepEqual(sizes(absent.calls), [2]);
          assert.deepEqual(absent.status, [0, 0, null, null]);
          assert.equal(absent.returned, -19);
          const forbidden = movePagesCalls({ ...request(4, 0), allowed: [1] });
          assert.deepEqual(forbidden.calls, []);
          assert.equal(forbidden.returned, -13);
        },
      },
    ],
  },
  {
    name: 'K30 move_pages: return value',
    kernels: ALL,
    tests: [
      {
        says: 'a run whose 128 folios fail at the end of the entries: 128, no status written',
        holds: () => {
          const { status, returned } = movePagesCalls(request(512, 0), () => 128);
          assert.equal(returned, 128);
          assert.ok(status.every((node) => node === null));
        },
      },
      {
        says: 'failed folios plus the entries from the one that changed the target on',
        holds: () => {
          const base = withEntries(request(10, 0), { 4: { target: 2 } });
          const { calls, status, returned } = movePagesCalls(base, () => 3);
          assert.deepEqual(sizes(calls), [4]);
          assert.equal(returned, 3 + (10 - 4));
          assert.ok(status.every((node) => node === null));
        },
      },
      {
        says: 'one less where the entry that closed the run was answered',
        holds: () => {
          const { returned, status } = movePagesCalls(
            withEntries(request(10, 0), { 4: { at: 'no-page' } }),
            () => 3,
          );
          assert.equal(returned, 3 + (10 - 4) - 1);
          assert.equal(status[4], -2);
        },
      },
      {
        says: '-ENOMEM goes to the caller as it is',
        holds: () => {
          assert.equal(movePagesCalls(request(5, 0), () => -12).returned, -12);
          const closed = withEntries(request(5, 0), { 2: { at: 'no-page' } });
          assert.equal(movePagesCalls(closed, () => -12).returned, -12);
        },
      },
    ],
  },
  {
    name: 'K31 move_pages: several addresses in one THP',
    kernels: ALL,
    tests: [
      {
        says: 'two THPs, 1,024 addresses: one -EBUSY each, for the second, and a call each',
        holds: () => {
          const entries = Array.from({ length: 1024 }, (_, i) => ({ at: Math.floor(i / 512), target: 0 }));
          const { calls, status, returned } = movePagesCalls({ ...request(2, 0), entries });
          assert.deepEqual(
            calls.map((call) => call.folios),
            [[0], [1]],
          );
          assert.deepEqual([status[0], status[1], status[2]], [0, -16, 0]);
          assert.equal(status.filter((node) => node === -16).length, 2);
          assert.equal(status.filter((node) => node === 0).length, 1022);
          assert.equal(returned, 0);
        },
      },
    ],
  },
  {
    name: 'K32 Compaction: clusters of 32 pages',
    kernels: ALL,
    tests: [
      {
        says: 'a full pageblock goes in two calls, 32 pages and then the rest, last page first',
        holds: (kernel) => {
          const folios = pagesFrom(1024, 1024);
          const calls = compactionCalls({ by: 'compact_memory', order: -1, folios }, kernel);
          assert.deepEqual(sizes(calls), [32, 480, 32, 480]);
          assert.deepEqual(calls[0]?.folios.slice(0, 2), [31, 30]);
          assert.ok(calls.every((call) => call.mode === 'MIGRATE_SYNC' && call.reason === 'compaction'));
        },
      },
      {
        says: 'the folio that crosses 32 pages is included, and a call never spans two pageblocks',
        kernels: ['6.12', '7.2'],
        holds: (kernel) => {
          const folios = [
            ...pagesFrom(0, 20),
            { pfn: 32, pages: 16 },
            { pfn: 48, pages: 16 },
            ...pagesFrom(512, 5),
          ];
          const calls = compactionCalls({ by: 'kcompactd', order: -1, folios }, kernel);
          assert.deepEqual(
            calls.map((call) => call.folios.toReversed()),
            [Array.from({ length: 21 }, (_, i) => i), [21], [22, 23, 24, 25, 26]],
          );
        },
      },
      {
        says: 'large folios are passed over: all of them',
        kernels: ['6.1', '6.8'],
        holds: (kernel) => {
          const folios = [...pagesFrom(0, 20), { pfn: 32, pages: 16 }, ...pagesFrom(48, 20)];
          const calls = compactionCalls({ by: 'compact_memory', order: -1, folios }, kernel);
          assert.deepEqual(sizes(calls), [32, 8]);
          assert.ok(calls.every((call) => !call.folios.includes(20)));
        },
      },
      {
        says: 'large folios are passed over where they are no smaller than what is wanted, or than a pageblock',
        kernels: ['6.12', '7.2'],
        holds: (kernel) => {
          const folios = [
            { pfn: 0, pages: 8 },
            { pfn: 8, pages: 4 },
            { pfn: 512, pages: 512 },
          ];
          const taken = (order: number) =>
            compactionCalls({ by: 'kcompactd', order, folios }, kernel).flatMap((call) => call.folios);
          assert.deepEqual(taken(3), [1]);
          assert.deepEqual(taken(4), [1, 0]);
          assert.deepEqual(taken(-1), [1, 0]);
        },
      },
      {
        says: 'an allocation of a small order takes 32 at a time: its blocks are drained, so no pageblock is met again',
        holds: (kernel) => {
          const calls = compactionCalls({ by: 'direct-sync', order: 3, folios: pagesFrom(0, 512) }, kernel);
          assert.deepEqual(sizes(calls), Array<number>(16).fill(32));
        },
      },
      {
        says: 'after a failure the pageblock is taken to its end',
        kernels: PHASED,
        holds: (kernel) => {
          const folios = pagesFrom(0, 512, [7]);
          const calls = compactionCalls({ by: 'direct-async', order: 3, folios }, kernel);
          assert.deepEqual(sizes(calls), [32, 480]);
          const sync = compactionCalls({ by: 'compact_memory', order: 3, folios }, kernel);
          assert.equal(sync[1]?.folios.length, 32);
        },
      },
      {
        says: 'after a failure direct ASYNC compaction skips the rest of the block it wanted',
        kernels: ['6.1'],
        holds: (kernel) => {
          const folios = pagesFrom(0, 512, [7]);
          const calls = compactionCalls({ by: 'direct-async', order: 7, folios }, kernel);
          assert.deepEqual(calls[1]?.folios.toReversed().slice(0, 2), [128, 129]);
          const waiting = compactionCalls({ by: 'direct-sync', order: 7, folios }, kernel);
          assert.deepEqual(waiting[1]?.folios.at(-1), 32);
        },
      },
      {
        says: 'only a write to compact_memory is SYNC',
        holds: () => {
          const modes = Object.entries(COMPACTION_MODES).filter(([, mode]) => mode === 'MIGRATE_SYNC');
          assert.deepEqual(modes, [['compact_memory', 'MIGRATE_SYNC']]);
        },
      },
    ],
  },
  {
    name: 'K33 Demotion: what one isolation found',
    kernels: ALL,
    tests: [
      {
        says: '64 base pages per call on the multi-generational LRU, 32 on the classic one, ASYNC',
        holds: () => {
          const folios = Array.from({ length: 200 }, () => ({ pages: 1 }));
          const calls = demotionCalls(folios, 'mglru');
          assert.deepEqual(sizes(calls), [64, 64, 64, 8]);
          assert.deepEqual([calls[0]?.mode, calls[0]?.reason], ['MIGRATE_ASYNC', 'demotion']);
          assert.deepEqual(sizes(demotionCalls(folios, 'classic')), [32, 32, 32, 32, 32, 32, 8]);
        },
      },
      {
        says: 'a large folio that crosses is included; folios that stay count for the isolation, not for the call',
        holds: () => {
          const folios = [
            ...Array.from({ length: 60 }, (_, i) => ({ pages: 1, keeps: i % 2 === 0 })),
            { pages: 512 },
            { pages: 1 },
          ];
          assert.deepEqual(sizes(demotionCalls(folios, 'mglru')), [31, 1]);
          assert.deepEqual(demotionCalls([{ pages: 1, keeps: true }], 'classic'), []);
        },
      },
    ],
  },
  {
    name: 'K34 Memory offline, and NUMA hint faults',
    kernels: ALL,
    tests: [
      {
        says: 'the first call of a block has all its movable pages, the next what is left',
        holds: () => {
          const block = Array.from({ length: 32768 }, (_, i) => ({
            failures: i === 9 ? 2 : i === 10 ? 1 : 0,
          }));
          const calls = memoryOfflineCalls(block);
          assert.deepEqual(sizes(calls), [32768, 2, 1]);
          assert.deepEqual(calls[2]?.folios, [9]);
          assert.ok(calls.every((call) => call.mode === 'MIGRATE_SYNC' && call.reason === 'memory_hotplug'));
          assert.throws(() => memoryOfflineCalls([{ failures: Infinity }]), /until a signal/);
        },
      },
      {
        says: 'a hint fault is a call with one folio, unless the target is full or the folio is shared code or dirty',
        holds: () => {
          const calls = numaBalancingCalls([
            {},
            { targetHasRoom: false },
            { sharedExecutable: true },
            { dirtyFile: true },
            { targetHasRoom: true },
          ]);
          assert.deepEqual(
            calls.map((call) => [call.mode, call.reason, ...call.folios]),
            [
              ['MIGRATE_ASYNC', 'numa_misplaced', 0],
              ['MIGRATE_ASYNC', 'numa_misplaced', 4],
            ],
          );
        },
      },
    ],
  },
];

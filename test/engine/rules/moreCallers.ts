/** Callers that K28 to K34 do not speak of. */
import { strict as assert } from 'node:assert';
import type { ContigFolio } from '../../../src/engine/kernel/callers/contigRange';
import { contigRangeCalls } from '../../../src/engine/kernel/callers/contigRange';
import { damonCalls } from '../../../src/engine/kernel/callers/damon';
import { longtermPinCalls } from '../../../src/engine/kernel/callers/longtermPin';
import { mbindCalls } from '../../../src/engine/kernel/callers/mbind';
import { migratePagesCalls, nodePairs } from '../../../src/engine/kernel/callers/migratePagesSyscall';
import { softOfflineCalls } from '../../../src/engine/kernel/callers/softOffline';
import type { Rule } from '../../support/ruleTests';
import { ALL } from '../../support/ruleTests';

function foliosOf(calls: readonly { folios: readonly number[] }[]): (readonly number[])[] {
  return calls.map((call) => call.folios);
}

function sizes(calls: readonly { folios: readonly number[] }[]): number[] {
  return calls.map((call) => call.folios.length);
}

const basePages = (count: number, changes: Readonly<Record<number, Partial<ContigFolio>>> = {}) =>
  Array.from({ length: count }, (_, i): ContigFolio => ({ pages: 1, ...changes[i] }));

export const MORE_CALLER_RULES: readonly Rule[] = [
  {
    name: 'migrate_pages and cpuset: one call per pair of nodes',
    kernels: ALL,
    tests: [
      {
        says: 'all folios of the mm on the source node, SYNC, in address order',
        holds: () => {
          const folios = Array.from({ length: 9 }, (_, i) => ({ node: i % 3 }));
          const { calls, returned } = migratePagesCalls({ folios, from: [0, 1], to: [2, 3], moveAll: false });
          assert.deepEqual(foliosOf(calls), [
            [0, 3, 6],
            [1, 4, 7],
          ]);
          assert.deepEqual(
            calls.map(({ mode, reason, source, target }) => [mode, reason, source, target]),
            [
              ['MIGRATE_SYNC', 'syscall_or_cpuset', 0, 2],
              ['MIGRATE_SYNC', 'syscall_or_cpuset', 1, 3],
            ],
          );
          assert.equal(returned, 0);
        },
      },
      {
        says: 'overlapping masks are walked so that no page moves twice; of unequal ones shared nodes keep theirs',
        holds: () => {
          assert.deepEqual(nodePairs([2, 3, 4], [3, 4, 5]), [
            [4, 5],
            [3, 4],
            [2, 3],
          ]);
          assert.deepEqual(nodePairs([0, 1, 2, 3, 4, 5, 6, 7], [3, 4, 5]), [
            [7, 4],
            [6, 3],
            [2, 5],
            [1, 4],
            [0, 3],
          ]);
          assert.deepEqual(nodePairs([0, 1], [1, 0]), [], 'masks have no order');
          assert.deepEqual(nodePairs([1], [1]), []);
        },
      },
      {
        says: 'shared folios only with CAP_SYS_NICE; folios that stay are counted over all calls, -ENOMEM ends it',
        holds: () => {
          const folios = [{ node: 0, mappers: 2 }, { node: 0 }, { node: 0, isolated: true }, { node: 1 }];
          const request = { folios, from: [0, 1], to: [2, 3], moveAll: false };
          assert.deepEqual(foliosOf(migratePagesCalls(request).calls), [[1], [3]]);
          const all = migratePagesCalls({ ...request, moveAll: true }, (call) => call.folios.length);
          assert.deepEqual(foliosOf(all.calls), [[0, 1], [3]]);
          assert.equal(all.returned, 3);
          const full = migratePagesCalls(request, () => -12);
          assert.deepEqual([full.calls.length, full.returned], [1, -12]);
        },
      },
    ],
  },
  {
    name: 'mbind: one call for the range',
    kernels: ALL,
    tests: [
      {
        says: 'every folio outside the nodes of the policy, whatever node it is on, SYNC',
        holds: () => {
          const folios = Array.from({ length: 4096 }, (_, i) => ({ node: i % 3 }));
          const { calls, returned } = mbindCalls({ folios, nodes: [2], moveAll: false, strict: true });
          assert.deepEqual(sizes(calls), [2731]);
          assert.deepEqual(calls[0]?.folios.slice(0, 4), [0, 1, 3, 4]);
          assert.deepEqual([calls[0]?.mode, calls[0]?.reason], ['MIGRATE_SYNC', 'mempolicy_mbind']);
          assert.equal(returned, 0);
        },
      },
      {
        says: 'what stays is an error, -EIO, only with MPOL_MF_STRICT',
        holds: () => {
          const folios = [{ node: 0 }, { node: 0, mappers: 2 }];
          const request = { folios, nodes: [1], moveAll: false, strict: false };
          assert.deepEqual(foliosOf(mbindCalls(request).calls), [[0]]);
          assert.equal(mbindCalls(request, () => 1).returned, 0);
          assert.equal(mbindCalls({ ...request, strict: true }).returned, -5);
          assert.equal(mbindCalls({ ...request, moveAll: true, strict: true }).returned, 0);
          assert.equal(mbindCalls({ ...request, moveAll: true, strict: true }, () => 1).returned, -5);
          assert.deepEqual(mbindCalls({ ...request, nodes: [0] }).calls, []);
        },
      },
    ],
  },
  {
    name: 'CMA: five times the same list',
    kernels: ALL,
    tests: [
      {
        says: '32 base pages and the folio that crosses, over the bounds of pageblocks, last page first, SYNC',
        holds: () => {
          const { calls, returned } = contigRangeCalls([...basePages(20), { pages: 16 }, ...basePages(40)]);
          assert.deepEqual(sizes(calls), [21, 32, 8]);
          assert.deepEqual(calls[0]?.folios.slice(0, 2), [20, 19]);
          assert.ok(calls.every((call) => call.mode === 'MIGRATE_SYNC' && call.reason === 'contig_range'));
          assert.equal(returned, 0);
        },
      },
      {
        says: 'what fails is tried again before the next 32 are isolated, and moves in the fifth call at the latest',
        holds: () => {
          const { calls, returned } = contigRangeCalls(
            basePages(64, { 3: { failures: 4 }, 5: { failures: 1 } }),
          );
          assert.deepEqual(sizes(calls), [32, 2, 1, 1, 1, 32]);
          assert.deepEqual(calls[4]?.folios, [3]);
          assert.equal(returned, 0);
        },
      },
      {
        says: 'after five calls -EBUSY, and the rest of the range is not reached',
        holds: () => {
          const { calls, returned } = contigRangeCalls(basePages(64, { 3: { failures: Infinity } }));
          assert.deepEqual(sizes(calls), [32, 1, 1, 1, 1]);
          assert.equal(returned, -16);
        },
      },
      {
        says: '-ENOMEM ends it at once; clean page cache is dropped without a call',
        holds: () => {
          const { calls, returned } = contigRangeCalls(basePages(96), 1);
          assert.deepEqual(sizes(calls), [32, 32]);
          assert.equal(returned, -12);
          const cache = contigRangeCalls(
            basePages(34, { 33: { cleanCache: true }, 32: { cleanCache: true } }),
          );
          assert.deepEqual(sizes(cache.calls), [32]);
        },
      },
    ],
  },
  {
    name: 'Long-term pin: one call for the chunk',
    kernels: ALL,
    tests: [
      {
        says: 'all folios of the chunk that may not be pinned where they are, each once, SYNC; then it pins again',
        holds: () => {
          const chunk = Array.from({ length: 1536 }, (_, i) => {
            return { folio: Math.floor(i / 512), unpinnable: i < 512 || i >= 1024 };
          });
          const { calls, returned } = longtermPinCalls(chunk);
          assert.deepEqual(foliosOf(calls), [[0, 2]]);
          assert.deepEqual([calls[0]?.mode, calls[0]?.reason], ['MIGRATE_SYNC', 'longterm_pin']);
          assert.equal(returned, -11);
        },
      },
      {
        says: 'any folio that stays: -ENOMEM; none to move: no call, pinned',
        holds: () => {
          const chunk = [{ folio: 0, unpinnable: true }];
          assert.equal(longtermPinCalls(chunk, () => 1).returned, -12);
          assert.equal(longtermPinCalls(chunk, () => -12).returned, -12);
          assert.deepEqual(longtermPinCalls([{ folio: 0, unpinnable: false }]), { calls: [], returned: 0 });
          const busy = longtermPinCalls([{ folio: 0, unpinnable: true, isolated: true }]);
          assert.deepEqual(busy, { calls: [], returned: -11 });
        },
      },
    ],
  },
  {
    name: 'DAMON: one call per node of a region',
    kernels: ['6.12', '7.2'],
    tests: [
      {
        says: 'a region on one node is one call, however large, ASYNC, its last folio first',
        holds: () => {
          const calls = damonCalls(
            Array.from({ length: 20_000 }, () => ({ node: 1 })),
            0,
          );
          assert.deepEqual(sizes(calls), [20_000]);
          assert.deepEqual(calls[0]?.folios.slice(0, 2), [19_999, 19_998]);
          assert.deepEqual([calls[0]?.mode, calls[0]?.reason], ['MIGRATE_ASYNC', 'damon']);
        },
      },
      {
        says: 'a change of node begins another; what is on the target, locked or isolated is left out',
        holds: () => {
          const region = [
            { node: 1 },
            { node: 1, locked: true },
            { node: 2 },
            { node: 0 },
            { node: 2, isolated: true },
            { node: 1 },
            { node: 1 },
          ];
          assert.deepEqual(foliosOf(damonCalls(region, 0)), [[0], [2], [6, 5]]);
        },
      },
    ],
  },
  {
    name: 'Soft offline: one folio, kept',
    kernels: ALL,
    tests: [
      {
        says: 'one call with one folio, SYNC; the old page is poisoned, not freed',
        holds: () => {
          const { calls, kept, split, returned } = softOfflineCalls({});
          assert.deepEqual(calls, [{ mode: 'MIGRATE_SYNC', reason: 'memory_failure', folios: [0] }]);
          assert.deepEqual([kept, split, returned], [true, false, 0]);
        },
      },
      {
        says: 'a large folio is split first; if it cannot be, or the page is isolated, or stays: -EBUSY, not kept',
        holds: () => {
          assert.deepEqual(softOfflineCalls({ large: true }).split, true);
          for (const page of [{ large: true, splitFails: true }, { isolated: true }]) {
            const { calls, kept, returned } = softOfflineCalls(page);
            assert.deepEqual([calls.length, kept, returned], [0, false, -16]);
          }
          const stays = softOfflineCalls({}, () => 1);
          assert.deepEqual([stays.kept, stays.returned], [false, -16]);
          assert.equal(softOfflineCalls({}, () => -12).returned, -12);
        },
      },
      {
        says: 'clean page cache is dropped without a call',
        holds: () => {
          const { calls, kept, returned } = softOfflineCalls({ cleanCache: true });
          assert.deepEqual([calls.length, kept, returned], [0, true, 0]);
        },
      },
    ],
  },
];

/** Sequence suite: what each kernel rule says of counts, events and return values (numbers K1… of docs/MODEL.md). */
import { strict as assert } from 'node:assert';
import type { MigrateTotals } from '../../src/engine/kernel/totals';
import type { EventCounts, RunConfig } from '../../src/engine/sim/run';
import type { CallOfRuns } from '../support/workloads';
import { playOne } from '../support/workloads';

interface Case {
  rule: string;
  call: CallOfRuns;
  config?: Partial<RunConfig>;
  totals?: Partial<MigrateTotals>;
  events?: Partial<EventCounts>;
  returned?: number;
  batches?: number;
  untried?: number;
}

const CASES: readonly Case[] = [
  {
    rule: 'K1: 65,536 mapped base pages make 128 batches, one set and one remove each',
    call: { runs: [{ count: 65536 }] },
    totals: { nr_succeeded: 65536, nr_failed: 0 },
    events: { set_migration_pte: 65536, remove_migration_pte: 65536 },
    returned: 0,
    batches: 128,
  },
  {
    rule: 'K2: the folio that crosses the limit is included in the batch',
    call: { runs: [{ count: 500 }, { count: 1, order: 4 }, { count: 100 }] },
    totals: { nr_succeeded: 616 },
    events: { set_migration_pte: 616, remove_migration_pte: 616 },
    batches: 2,
  },
  {
    rule: 'K2: 511 pages and a THP are one batch',
    call: { runs: [{ count: 511 }, { count: 1, order: 9 }, { count: 100 }] },
    totals: { nr_succeeded: 1123, nr_thp_succeeded: 1 },
    events: { set_migration_pte: 611, set_migration_pmd: 1, remove_migration_pmd: 1 },
    batches: 2,
  },
  {
    rule: 'K4: each THP is a batch of its own on the stock limit',
    call: { runs: [{ count: 10, order: 9 }] },
    totals: { nr_succeeded: 5120, nr_thp_succeeded: 10 },
    events: { set_migration_pmd: 10, remove_migration_pmd: 10, set_migration_pte: 0 },
    batches: 10,
  },
  {
    rule: 'K5: hugetlb folios count base pages, no THPs, and print pte events',
    call: { runs: [{ count: 3, order: 9, kind: 'hugetlb' }] },
    totals: { nr_succeeded: 1536, nr_thp_succeeded: 0 },
    events: { set_migration_pte: 3, remove_migration_pte: 3, set_migration_pmd: 0 },
  },
  {
    rule: 'K6: a 64K folio prints 16 sets and 16 removes',
    call: { runs: [{ count: 1, order: 4 }] },
    totals: { nr_succeeded: 16, nr_thp_succeeded: 0 },
    events: { set_migration_pte: 16, remove_migration_pte: 16, tlb_flush_operations: 16 },
  },
  {
    rule: 'K7: a page mapped by four processes prints four of each and counts once',
    call: { runs: [{ count: 1, mappings: 4 }] },
    totals: { nr_succeeded: 1 },
    events: { set_migration_pte: 4, remove_migration_pte: 4 },
  },
  {
    rule: 'K8: an unmapped page prints nothing and counts as moved',
    call: { runs: [{ count: 5, mapping: 'none', kind: 'file' }] },
    totals: { nr_succeeded: 5 },
    events: { set_migration_pte: 0, remove_migration_pte: 0, tlb_flush_operations: 0 },
  },
  {
    rule: 'K8: a page freed meanwhile counts as moved',
    call: { runs: [{ count: 2, fate: 'freed' }] },
    totals: { nr_succeeded: 2 },
    events: { set_migration_pte: 0, remove_migration_pte: 0 },
    returned: 0,
  },
  {
    rule: 'K9: FOLL_GET in a SYNC call prints two pairs: the batch and the try alone',
    call: { runs: [{ count: 1, fate: 'pinned-get' }] },
    totals: { nr_succeeded: 0, nr_failed: 1 },
    events: { set_migration_pte: 2, remove_migration_pte: 2 },
    returned: 1,
    batches: 2,
  },
  {
    rule: 'K10: FOLL_GET in an ASYNC call prints one pair',
    call: { mode: 'MIGRATE_ASYNC', runs: [{ count: 1, fate: 'pinned-get' }] },
    totals: { nr_failed: 1 },
    events: { set_migration_pte: 1, remove_migration_pte: 1 },
    returned: 1,
  },
  {
    rule: 'K12: FOLL_PIN prints no event; its ten tries flush ten times on one CPU',
    call: { runs: [{ count: 1, fate: 'pinned-pin' }] },
    totals: { nr_failed: 1 },
    events: { set_migration_pte: 0, remove_migration_pte: 0, tlb_flush_operations: 10 },
    returned: 1,
  },
  {
    rule: 'K12: on several CPUs the three ASYNC tries share one flush with the batch',
    call: { mmCpus: 3, runs: [{ count: 1, fate: 'pinned-pin' }] },
    totals: { nr_failed: 1 },
    events: { tlb_flush_operations: 8 },
  },
  {
    rule: 'K12: a pinned THP flushes at each of its ten tries',
    call: { runs: [{ count: 1, order: 9, fate: 'pinned-pin' }] },
    totals: { nr_failed: 512, nr_thp_failed: 1 },
    events: { set_migration_pmd: 0, tlb_flush_operations: 10 },
    returned: 1,
  },
  {
    rule: 'K13: 512 pages of which 128 are pinned: 640 pairs and as many flushes',
    call: { runs: [{ count: 384 }, { count: 128, fate: 'pinned-get' }] },
    totals: { nr_succeeded: 384, nr_failed: 128 },
    events: { set_migration_pte: 640, remove_migration_pte: 640, tlb_flush_operations: 640 },
    returned: 128,
  },
  {
    rule: 'K14: a THP with an extra reference is tried twice and not split',
    call: { runs: [{ count: 1, order: 9, fate: 'pinned-get' }] },
    totals: { nr_failed: 512, nr_thp_failed: 1, nr_thp_split: 0, nr_split: 0 },
    events: { set_migration_pmd: 2, remove_migration_pmd: 2 },
    returned: 1,
  },
  {
    rule: 'K15: a page under writeback is waited for in a SYNC call',
    call: { runs: [{ count: 1, fate: 'writeback', kind: 'file' }] },
    totals: { nr_succeeded: 1, nr_failed: 0 },
    events: { set_migration_pte: 1 },
    returned: 0,
  },
  {
    rule: 'K15: and fails in an ASYNC call',
    call: { mode: 'MIGRATE_ASYNC', runs: [{ count: 1, fate: 'writeback', kind: 'file' }] },
    totals: { nr_failed: 1 },
    events: { set_migration_pte: 0 },
  },
  {
    rule: 'K15: and in a SYNC_LIGHT call, which does not wait either',
    call: { mode: 'MIGRATE_SYNC_LIGHT', runs: [{ count: 1, fate: 'writeback', kind: 'file' }] },
    totals: { nr_failed: 1 },
    events: { set_migration_pte: 0 },
  },
  {
    rule: 'K16: a locked page fails ASYNC, and is waited for alone in SYNC',
    call: { mode: 'MIGRATE_ASYNC', runs: [{ count: 1, fate: 'locked' }] },
    totals: { nr_failed: 1 },
    events: { set_migration_pte: 0 },
  },
  {
    rule: 'K16: a locked page moves in a SYNC call',
    call: { runs: [{ count: 1, fate: 'locked' }] },
    totals: { nr_succeeded: 1, nr_failed: 0 },
    events: { set_migration_pte: 1 },
    returned: 0,
  },
  {
    rule: 'K17: no destination: one failed page, what was unmapped still moves, the rest is untried',
    call: { runs: [{ count: 100 }, { count: 50, fate: 'no-destination' }, { count: 600 }] },
    totals: { nr_succeeded: 100, nr_failed: 1 },
    events: { set_migration_pte: 100, remove_migration_pte: 100 },
    returned: -12,
    untried: 649,
  },
  {
    rule: 'K18: a THP without destination is split and its parts move',
    call: { runs: [{ count: 1, order: 9, fate: 'no-destination', partsMoved: 512 }] },
    totals: {
      nr_succeeded: 512,
      nr_failed: 0,
      nr_thp_succeeded: 0,
      nr_thp_failed: 1,
      nr_thp_split: 1,
      nr_split: 1,
    },
    events: { set_migration_pte: 512, remove_migration_pte: 1024, set_migration_pmd: 0 },
    returned: 0,
  },
  {
    rule: 'K19: parts that fail leave the list not empty: the split THP is returned as one failure',
    call: { runs: [{ count: 1, order: 9, fate: 'no-destination', partsMoved: 509, partsFailed: 3 }] },
    totals: { nr_succeeded: 509, nr_failed: 3, nr_thp_failed: 1, nr_thp_split: 1 },
    returned: 1,
  },
  {
    rule: 'K19: -ENOMEM among the parts is swallowed, and the call goes on',
    call: { runs: [{ count: 1, order: 9, fate: 'no-destination', partsMoved: 300 }, { count: 10 }] },
    totals: { nr_succeeded: 310, nr_failed: 1, nr_split: 1 },
    returned: 1,
    untried: 211,
  },
  {
    rule: 'K20: NUMA balancing does not split: the call ends',
    call: {
      mode: 'MIGRATE_ASYNC',
      reason: 'numa_misplaced',
      runs: [{ count: 1, order: 9, fate: 'no-destination', partsMoved: 512 }],
    },
    totals: { nr_succeeded: 0, nr_failed: 512, nr_thp_failed: 1, nr_split: 0 },
    returned: -12,
  },
  {
    rule: 'K21: a large folio that is not PMD-sized counts nr_split and no THP',
    call: { reason: 'compaction', runs: [{ count: 1, order: 4, fate: 'no-destination', partsMoved: 16 }] },
    totals: { nr_succeeded: 16, nr_thp_failed: 0, nr_thp_split: 0, nr_split: 1 },
  },
  {
    rule: 'K22: a partially mapped THP is split before unmap by 6.12',
    call: { runs: [{ count: 1, order: 9, mapping: 'pte', fate: 'split-first' }] },
    totals: { nr_succeeded: 512, nr_thp_failed: 1, nr_thp_split: 1, nr_split: 1 },
    returned: 0,
  },
  {
    rule: 'K22: and moved whole by 6.8',
    call: { runs: [{ count: 1, order: 9, mapping: 'pte', fate: 'split-first' }] },
    config: { kernel: '6.8' },
    totals: { nr_succeeded: 512, nr_thp_succeeded: 1, nr_split: 0 },
  },
  {
    rule: 'K24: one CPU: a flush per set',
    call: { runs: [{ count: 1024 }] },
    events: { tlb_flush_operations: 1024 },
  },
  {
    rule: 'K24: several CPUs: a flush per batch',
    call: { mmCpus: 3, runs: [{ count: 1024 }] },
    events: { tlb_flush_operations: 2 },
  },
  {
    rule: 'K25: a flush per THP, also with several CPUs',
    call: { mmCpus: 3, runs: [{ count: 4, order: 9 }] },
    events: { tlb_flush_operations: 4 },
  },
  {
    rule: 'K26: a NUMA hint page needs no flush',
    call: { mode: 'MIGRATE_ASYNC', reason: 'numa_misplaced', runs: [{ count: 1 }] },
    totals: { nr_succeeded: 1 },
    events: { set_migration_pte: 1, remove_migration_pte: 1, tlb_flush_operations: 0 },
  },
];

describe('engine: sequence', () => {
  for (const { rule, call, config, totals, events, returned, batches, untried } of CASES) {
    it(rule, () => {
      const run = playOne(call, config);
      for (const [name, value] of Object.entries(totals ?? {})) {
        assert.equal(run.totals[name as keyof MigrateTotals], value, name);
      }
      for (const [name, value] of Object.entries(events ?? {})) {
        assert.equal(run.events[name as keyof EventCounts], value, name);
      }
      if (returned !== undefined) assert.equal(run.calls.returned[0], returned, 'return value');
      if (batches !== undefined) assert.equal(run.batches.length, batches, 'batches');
      if (untried !== undefined) assert.equal(run.untried, untried, 'untried pages');
    });
  }
});

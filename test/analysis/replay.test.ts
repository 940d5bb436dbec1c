/** Real recordings played through `serial` under their own kernel's rules give what the kernel recorded. */
import { strict as assert } from 'node:assert';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { agreement, recordedTotals, replay } from '../../src/analysis/replay';
import { sameTotals } from '../../src/engine/kernel/totals';
import type { EventCounts } from '../../src/engine/sim/run';
import { COPY_PATHS } from '../../src/engine/sim/run';
import type { MigrationTrace } from '../../src/trace/model';
import { readTraceFile } from '../../src/worker/readTraceFile';

const PLACES = ['test/fixtures/traces', '../shared/traces'];
const PRINTED = [
  'set_migration_pte',
  'remove_migration_pte',
  'set_migration_pmd',
  'remove_migration_pmd',
] as const;

/** Recordings by name; the folder beside the project, where there is one, holds the large ones too. */
function recordings(): Map<string, string> {
  const found = new Map<string, string>();
  for (const place of PLACES.filter((folder) => existsSync(folder))) {
    for (const entry of readdirSync(place, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      for (const file of ['trace.txt.gz', 'report.txt.gz']) {
        const path = join(place, entry.name, file);
        if (existsSync(path)) found.set(`${entry.name} ${file}`, path);
      }
    }
  }
  return found;
}

async function read(path: string): Promise<MigrationTrace> {
  return (await readTraceFile(path, { cancelled: () => false, progress: () => undefined })).value;
}

describe('analysis: replay of real recordings', () => {
  const all = recordings();

  it('has recordings to play', () => {
    assert.ok(all.size >= 10, `${all.size} recordings`);
  });

  for (const [name, path] of all) {
    it(`${name}: the totals equal the kernel's, and in loss-free ones the events too`, async () => {
      const trace = await read(path);
      const recorded = recordedTotals(trace);
      assert.ok(recorded !== null, 'totals are recorded');
      const run = replay(trace, { runs: 1 }, null);
      assert.ok(
        sameTotals(run.totals, recorded),
        `${JSON.stringify(run.totals)} against ${JSON.stringify(recorded)}`,
      );
      assert.equal(agreement(trace, run), true);
      const printsFolios = PRINTED.some((event) => (trace.eventCounts[event] ?? 0) > 0);
      if (trace.lostEvents !== 0 || !printsFolios) return;
      for (const event of PRINTED) {
        assert.equal(run.events[event satisfies keyof EventCounts], trace.eventCounts[event] ?? 0, event);
      }
    });
  }

  it('moves the same pages through every design', async () => {
    const path = all.get('pinned-vmsplice-64 trace.txt.gz');
    assert.ok(path !== undefined);
    const trace = await read(path);
    const [serial, ...others] = COPY_PATHS.map((design) => replay(trace, { path: design, runs: 1 }, null));
    for (const run of others) assert.deepEqual(run.totals, serial?.totals, run.title);
  });

  it('says when a replay does not give what was recorded', async () => {
    const path = all.get('pinned-vmsplice-64 trace.txt.gz');
    assert.ok(path !== undefined);
    const trace = await read(path);
    const altered = structuredClone(trace);
    altered.workload.folioRuns.fate.fill(0);
    assert.equal(agreement(trace, replay(altered, { runs: 1 }, null)), false);
  });
});

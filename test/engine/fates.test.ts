/** Fates suite: what a design changes is the copy. Totals, return values and events are those of the serial design. */
import { strict as assert } from 'node:assert';
import type { FolioFate } from '../../src/engine/folio/workload';
import { FOLIO_FATES } from '../../src/engine/folio/workload';
import type { MigrateMode } from '../../src/engine/kernel/modes';
import type { CopyPathName, KernelRulesName, Run } from '../../src/engine/sim/run';
import { COPY_PATHS } from '../../src/engine/sim/run';
import { hasPlaceFor } from '../../src/engine/sim/simulate';
import { ALL, PHASED } from '../support/ruleTests';
import type { CallOfRuns } from '../support/workloads';
import { playOne } from '../support/workloads';

const MODES: readonly MigrateMode[] = ['MIGRATE_ASYNC', 'MIGRATE_SYNC_LIGHT', 'MIGRATE_SYNC'];
const DESIGNS: readonly CopyPathName[] = COPY_PATHS.filter((path) => path !== 'serial');

/** Where the sources say that a design fares otherwise. */
interface Exception {
  readonly says: string;
  readonly paths: readonly CopyPathName[];
  readonly fate: FolioFate;
  readonly kernels: readonly KernelRulesName[];
  readonly modes: readonly MigrateMode[];
}

const EXCEPTIONS: readonly Exception[] = [
  {
    // fallback_migrate_folio() takes MIGRATE_SYNC_NO_COPY (v1), MIGRATE_NO_COPY (v2, v3) as SYNC.
    says: 'the moves without copy of v1 to v3 write dirty folios out in ASYNC batches too',
    paths: ['batch-cpu', 'dcbm-v1', 'dcbm-v2', 'threads', 'dcbm-v3'],
    fate: 'dirty',
    kernels: ['6.8', '6.12'],
    modes: MODES,
  },
];

function exceptionFor(path: CopyPathName, fate: FolioFate, kernel: KernelRulesName): Exception | undefined {
  return EXCEPTIONS.find(
    (one) => one.paths.includes(path) && one.fate === fate && one.kernels.includes(kernel),
  );
}

/** Folios of a fate between folios that move: small, mTHP and THP, in page tables and in none, whole and split. */
function callsOf(fate: FolioFate, mode: MigrateMode): CallOfRuns[] {
  return ([0, 4, 9] as const).flatMap((order) =>
    (['pte', 'none'] as const).flatMap((mapping) =>
      [0, 2 ** order - 1, 2 ** order].map((partsMoved): CallOfRuns => {
        const kind = mapping === 'none' ? 'file' : 'anon';
        const folio = { order, fate, kind, mapping, partsMoved, partsFailed: 1 } as const;
        return {
          mode,
          mmCpus: 2,
          reason: order === 9 ? 'longterm_pin' : 'syscall_or_cpuset',
          runs: [{ count: 3 }, { count: 2, ...folio }, { count: 520 }, { count: 1, ...folio }],
        };
      }),
    ),
  );
}

/** What a kernel with the design would tell of a run. */
function told({ totals, events, untried, calls }: Run): unknown {
  return { totals, events, untried, returned: calls.returned[0] };
}

describe('engine: designs and fates', () => {
  for (const kernel of PHASED) {
    for (const path of DESIGNS) {
      it(`${kernel}: ${path} tells of every fate in every mode what serial tells, but for the known exceptions`, () => {
        for (const fate of FOLIO_FATES) {
          if (exceptionFor(path, fate, kernel) !== undefined) continue;
          for (const mode of MODES) {
            for (const call of callsOf(fate, mode)) {
              const found = told(playOne(call, { kernel, path, channels: 2 }));
              const expected = told(playOne(call, { kernel }));
              assert.deepEqual(found, expected, `${fate} ${mode} ${JSON.stringify(call)}`);
            }
          }
        }
      }).timeout(60_000);
    }
  }

  for (const { says, paths, fate, kernels, modes } of EXCEPTIONS) {
    it(`known exception: ${says}`, () => {
      for (const kernel of kernels) {
        for (const path of paths) {
          for (const mode of modes) {
            const differ = callsOf(fate, mode).some((call) => {
              const [found, serial] = [playOne(call, { kernel, path }), playOne(call, { kernel })];
              assert.equal(found.totals.nr_succeeded + found.totals.nr_failed + found.untried, pages(found));
              assert.ok(found.totals.nr_succeeded >= serial.totals.nr_succeeded, 'never worse');
              return found.totals.nr_succeeded > serial.totals.nr_succeeded;
            });
            assert.ok(differ, `${kernel} ${path} ${mode}`);
          }
        }
      }
    }).timeout(60_000);
  }

  it('6.1 has a place for serial only', () => {
    assert.deepEqual(
      COPY_PATHS.filter((path) => hasPlaceFor('6.1', path)),
      ['serial'],
    );
  });

  it('loses no page, whatever the fate, mode and kernel', () => {
    for (const kernel of ALL) {
      for (const fate of FOLIO_FATES) {
        for (const mode of MODES) {
          for (const call of callsOf(fate, mode)) {
            const run = playOne(call, { kernel });
            const { nr_succeeded, nr_failed } = run.totals;
            assert.equal(nr_succeeded + nr_failed + run.untried, pages(run), `${kernel} ${fate} ${mode}`);
          }
        }
      }
    }
  }).timeout(60_000);
});

function pages({ calls }: Run): number {
  return calls.pages[0] ?? NaN;
}

/** What the suites of the exports share. */
import { readFileSync } from 'node:fs';
import { PAGE_BYTES } from '../../../src/base/units';
import type { Workload } from '../../../src/engine/folio/workload';
import type { Run } from '../../../src/engine/sim/run';
import { simulate } from '../../../src/engine/sim/simulate';
import type { MigrationTrace } from '../../../src/trace/model';
import type { OracleCase } from '../../engine/oracle/arbitraries';
import { emptyTrace } from '../migtrace/support';
import { fixtureTraces, readBytes, readRecording } from '../recordings';

/** All bytes of an export, put together. */
export function whole(chunks: Iterable<Uint8Array>): Buffer {
  return Buffer.concat([...chunks]);
}

export function traceOf(workload: Workload): MigrationTrace {
  return { ...emptyTrace(), workload };
}

const PMD_BYTES = 2 ** 21;

/** The case with addresses that a page table can hold: rows do not overlap, and folios lie at multiples of their size. */
export function withAddresses(play: OracleCase): OracleCase {
  const { folioRuns } = play.workload;
  let next = 0x7f00_0000_0000;
  const address = folioRuns.address.map((given, row) => {
    if (given < 0) return -1;
    const start = next;
    const bytes = folioRuns.count[row]! * 2 ** folioRuns.order[row]! * PAGE_BYTES;
    next = Math.ceil((start + bytes) / PMD_BYTES) * PMD_BYTES;
    return start;
  });
  return { ...play, workload: { ...play.workload, folioRuns: { ...folioRuns, address } } };
}

export function playCase({ workload, machine, config }: OracleCase): Run {
  return simulate(workload, { machine, config: { ...config, runs: 0 } });
}

/** A recording that comes with the project, by the name of its folder. */
export function recording(folder: string): MigrationTrace {
  const found = fixtureTraces().find(({ name }) => name.startsWith(`${folder}/`));
  if (found === undefined) throw new Error(`no recording ${folder}`);
  return readRecording(found.path).value;
}

/** A trace of samples/. */
export function sample(name: string): MigrationTrace {
  return readBytes(readFileSync(`samples/${name}.migtrace`), `${name}.migtrace`).value;
}

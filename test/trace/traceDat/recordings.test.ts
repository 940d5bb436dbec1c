import * as assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { TOTAL_NAMES } from '../../../src/engine/kernel/totals';
import { EVENT_TYPES, type MigrationTrace } from '../../../src/trace/model';
import { betweenMarkers, byReasonAndMode, collectedDats, fixtureDats, readRecording } from '../recordings';
import { readDatFile } from './support';

/** `trace-cmd report` rounds to microseconds. */
const ROUNDING_NS = 500;

describe('trace.dat files of trace-cmd', () => {
  for (const { name, path, truth } of [...fixtureDats(), ...collectedDats()]) {
    describe(name, () => {
      let trace: MigrationTrace;
      let problems: readonly string[];
      before(() => {
        const parsed = readDatFile(path);
        trace = parsed.value;
        problems = parsed.problems.map(({ message }) => message);
      });

      it('hold the events that trace-cmd report prints, by name', () => {
        const counts = Object.fromEntries(
          Object.entries(trace.eventCounts).filter(
            // Not counted in every truth: the text joins entry and exit of a leaf.
            ([event]) => Object.hasOwn(truth.events, event) || !event.startsWith('funcgraph_'),
          ),
        );
        assert.deepEqual(counts, truth.events);
      });

      it('add up to the same pages and folios', () => {
        const sums = Object.fromEntries(TOTAL_NAMES.map((total) => [total, 0]));
        for (const total of TOTAL_NAMES)
          for (const pages of trace.workload.calls[total]) sums[total] = sums[total]! + pages;
        assert.deepEqual(sums, truth.sums);
        if (truth.modeReason !== undefined) assert.deepEqual(byReasonAndMode(trace), truth.modeReason);
        if (truth.between === undefined) return;
        const { events, sums: between } = betweenMarkers(trace);
        assert.deepEqual(between, truth.between.sums);
        const known = Object.entries(truth.between.events).filter(([event]) =>
          (EVENT_TYPES as readonly string[]).includes(event),
        );
        assert.deepEqual(events, Object.fromEntries(known));
      });

      it('tell what was lost, and have no other problem', () => {
        assert.equal(trace.lostEvents, truth.lost ?? 0);
        assert.equal(problems.length, truth.lost === undefined ? 0 : 1, problems.join('\n'));
        if (truth.lost !== undefined) assert.match(problems[0]!, new RegExp(String(truth.lost)));
      });

      const report = [
        path.replace('trace.dat', 'report.txt'),
        path.replace('.dat.gz', '.report.txt.gz'),
      ].find((file) => file !== path && existsSync(file));
      if (report !== undefined && !name.includes('fgraph'))
        it('hold what the text says, event by event', () => sameEvents(trace, readRecording(report).value));
    });
  }
});

/** The same rows in the same order; the times are those of the text before they were rounded. */
function sameEvents(dat: MigrationTrace, text: MigrationTrace): void {
  const lost = EVENT_TYPES.indexOf('lost');
  const rows = (trace: MigrationTrace) =>
    Array.from({ length: trace.events.length }, (_, row) => row).filter(
      (row) => trace.events.type[row] !== lost,
    );
  const datRows = rows(dat);
  const textRows = rows(text);
  assert.equal(datRows.length, textRows.length);
  const told = (trace: MigrationTrace, row: number) => {
    const { type, cpu, pid, a, b, lo, hi } = trace.events;
    const name = EVENT_TYPES[type[row]!]!;
    const first = name === 'marker' || name === 'other' ? trace.strings[a[row]!] : a[row];
    const call = name.startsWith('mm_migrate')
      ? trace.workload.comms[trace.workload.calls.comm[a[row]!]!]
      : '';
    return [name, cpu[row], pid[row], first, b[row], lo[row], hi[row], call].join(' ');
  };
  for (let i = 0; i < datRows.length; i++) {
    const [datRow, textRow] = [datRows[i]!, textRows[i]!];
    if (told(dat, datRow) !== told(text, textRow))
      assert.equal(told(dat, datRow), told(text, textRow), `event ${i}`);
    const apart = Math.abs(dat.events.timeNs[datRow]! - text.events.timeNs[textRow]!);
    assert.ok(apart <= ROUNDING_NS, `event ${i} is ${apart} ns away`);
  }
}

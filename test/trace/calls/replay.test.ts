import assert from 'node:assert/strict';
import { CALL_FLAGS } from '../../../src/engine/folio/workload';
import { TOTAL_NAMES } from '../../../src/engine/kernel/totals';
import { DEFAULT_MACHINE } from '../../../src/engine/machine/presets/registry';
import { resolveConfig, simulate } from '../../../src/engine/sim/simulate';
import { collectedTraces, fixtureTraces, readRecording, type RecordedTrace } from '../recordings';

/** Every call of the trace, played by the kernel's rules, must come out with the sums that the kernel recorded for it. */
function checkCalls({ path }: RecordedTrace): void {
  const { workload, eventCounts } = readRecording(path).value;
  const { calls } = workload;
  const run = simulate(workload, {
    machine: DEFAULT_MACHINE,
    config: resolveConfig({ path: 'serial', kernel: '6.12', runs: 1 }),
    provenance: { input: '', sha256: '' },
  });
  let isWhole = true;
  // A run has its calls in the order in which they began.
  const rowOf = new Uint32Array(calls.length);
  run.calls.source.forEach((call, row) => (rowOf[call] = row));
  for (let call = 0; call < calls.length; call++) {
    if ((calls.flags[call]! & CALL_FLAGS.partial) !== 0) isWhole = false;
    if ((calls.flags[call]! & CALL_FLAGS.end) === 0) continue;
    for (const name of TOTAL_NAMES)
      assert.equal(run.calls[name][rowOf[call]!], calls[name][call], `${name} of call ${call}`);
  }
  const names = [
    'set_migration_pte',
    'remove_migration_pte',
    'set_migration_pmd',
    'remove_migration_pmd',
  ] as const;
  if (!isWhole || names.every((name) => eventCounts[name] === undefined)) return;
  for (const name of names) assert.equal(run.events[name], eventCounts[name] ?? 0, name);
}

describe('the folio lists made of recorded calls replay to the recorded sums, call by call, and the recorded events', () => {
  for (const recorded of fixtureTraces()) it(recorded.name, () => checkCalls(recorded));
  for (const recorded of collectedTraces()) it(recorded.name, () => checkCalls(recorded));
});

import { strict as assert } from 'node:assert';
import { parseFaults } from '../../src/cli/options/faultPlan';
import { UsageError } from '../../src/cli/usage';
import { FAULT_STAGES } from '../../src/engine/sim/run';

describe('cli: injected failures', () => {
  it('reads one attempt, every M-th from 0, every M-th from N, and several plans', () => {
    assert.deepEqual(parseFaults('timeout@3'), [{ stage: 'timeout', first: 3, every: 0 }]);
    assert.deepEqual(parseFaults('map-error/10'), [{ stage: 'map-error', first: 0, every: 10 }]);
    assert.deepEqual(parseFaults('submit-error@3/2, channel-lost@0'), [
      { stage: 'submit-error', first: 3, every: 2 },
      { stage: 'channel-lost', first: 0, every: 0 },
    ]);
  });

  it('knows every stage of the engine', () => {
    for (const stage of FAULT_STAGES) assert.equal(parseFaults(`${stage}@1`)[0]?.stage, stage);
  });

  for (const [text, reason] of [
    ['fire@1', /^--fault fire@1: it does not begin with a stage\. Write one of no-channel, .*timeout/],
    ['', /does not begin with a stage/],
    ['timeout@1,', /does not begin with a stage/],
    ['timeout', /^--fault timeout: it does not say which attempts\. Write timeout@3 .*timeout\/2/],
    ['timeout@', /which attempts/],
    ['timeout@-1', /which attempts/],
    ['timeout/1.5', /which attempts/],
    ['timeout/2@3', /which attempts.*timeout@3\/2/],
    ['map-error/0', /every 0th attempt is none\. Write \/1/],
  ] as const) {
    it(`refuses '${text}' and says what to write`, () => {
      assert.throws(
        () => parseFaults(text),
        (error: unknown) => error instanceof UsageError && reason.test(error.message),
      );
    });
  }
});

import assert from 'node:assert/strict';
import { traceInfo } from '../../../src/analysis/info';
import { byReasonAndMode, collectedScripts, readRecording } from '../recordings';

describe('what perf script printed gives the sums and events that perf recorded', () => {
  for (const { name, path, truth } of collectedScripts()) {
    it(name, () => {
      const parsed = readRecording(path);
      const info = traceInfo(parsed);
      assert.equal(parsed.value.provenance.format, 'perf-script');
      assert.deepEqual(info.totals, truth.sums);
      assert.deepEqual(info.events, truth.events);
      assert.deepEqual(info.problems, []);
      assert.equal(info.lostEvents, 0);
      if (truth.modeReason !== undefined) assert.deepEqual(byReasonAndMode(parsed.value), truth.modeReason);
    });
  }
});

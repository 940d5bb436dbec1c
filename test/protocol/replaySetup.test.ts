import * as assert from 'node:assert/strict';
import { PRESETS } from '../../src/engine/machine/presets/registry';
import { COPY_PATHS } from '../../src/engine/sim/run';
import { DEFAULT_CONFIG } from '../../src/engine/sim/simulate';
import { DESIGN_FACTS, inOrder, usesField } from '../../src/protocol/designFacts';
import {
  changedFields,
  cleanChanges,
  reasonMask,
  REPLAY_FIELDS,
  replayValues,
  withoutDefaults,
} from '../../src/protocol/replaySetup';

const defaults = replayValues(DEFAULT_CONFIG, Object.keys(PRESETS)[0] ?? '');

describe('what a trace is replayed with', () => {
  it('has a field for every parameter of a run that a person sets', () => {
    assert.deepEqual(Object.keys(defaults).sort(), [...REPLAY_FIELDS].sort());
  });

  it('keeps values that make sense and leaves out the rest', () => {
    const changes = cleanChanges({
      channels: 4.4,
      threads: 99,
      batchPages: 0,
      kernel: '5.4',
      iommu: 'strict',
      completion: 'poll',
      coldCache: 'yes',
      reasons: ['demotion', 'nonsense', 'compaction'],
      machine: '',
      writeRate: Number.NaN,
      somethingElse: 1,
    });
    assert.deepEqual(changes, {
      channels: 4,
      threads: 32,
      batchPages: 1,
      iommu: 'strict',
      completion: 'poll',
      reasons: ['compaction', 'demotion'],
    });
    for (const broken of [null, undefined, 7, 'text', []]) assert.deepEqual(cleanChanges(broken), {});
  });

  it('holds differences only', () => {
    const changes = { channels: defaults.channels, iommu: 'lazy', reasons: 'all' } as const;
    assert.deepEqual(withoutDefaults(changes, defaults), { iommu: 'lazy' });
  });

  it('tells which fields differ, lists included', () => {
    const a = { channels: 2, reasons: ['demotion'] } as const;
    assert.deepEqual(changedFields(a, { ...a, reasons: ['demotion'] }), []);
    assert.deepEqual(changedFields(a, { threads: 8, reasons: ['damon'] }), [
      'channels',
      'threads',
      'reasons',
    ]);
  });

  it('writes the mask of reasons as reason_mask takes it', () => {
    assert.equal(reasonMask(['compaction']), '0x1');
    assert.equal(reasonMask(['compaction', 'demotion']), '0x101');
    assert.equal(reasonMask([]), '0x0');
    assert.equal(reasonMask('all'), '0x7ff');
  });
});

describe('design facts', () => {
  it('give every design a letter of its own', () => {
    const letters = Object.values(DESIGN_FACTS).map(({ letter }) => letter);
    assert.equal(new Set(letters).size, letters.length);
  });

  it('put the designs in one order, whatever order they come in', () => {
    assert.deepEqual(inOrder(COPY_PATHS.toReversed()), inOrder(COPY_PATHS));
    assert.deepEqual(new Set(inOrder(COPY_PATHS)), new Set(COPY_PATHS));
    assert.equal(inOrder(COPY_PATHS)[0], 'serial');
  });

  it('say which parameters a design looks at', () => {
    for (const path of COPY_PATHS) {
      for (const field of ['machine', 'kernel', 'batchPages'] as const) assert.ok(usesField(path, field));
    }
    assert.ok(usesField('threads', 'placement') && !usesField('threads', 'channels'));
    assert.ok(usesField('precopy', 'reasons') && !usesField('dcbm-v3', 'reasons'));
    for (const field of REPLAY_FIELDS) {
      assert.ok(!usesField('observed', field));
      assert.ok(
        Object.values(DESIGN_FACTS).some(({ uses }) => uses.includes(field)),
        field,
      );
    }
  });
});

import { strict as assert } from 'node:assert';
import { createRng } from '../../src/base/rng';
import { meanSd } from '../../src/base/statistics';

const draw = (seed: number, count: number) => {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => rng.next());
};

describe('base: rng', () => {
  it('gives the same sequence for the same seed, another for another', () => {
    assert.deepEqual(draw(7, 100), draw(7, 100));
    assert.notDeepEqual(draw(7, 100), draw(8, 100));
    assert.notDeepEqual(draw(7, 100), draw(7 + 2 ** 32, 100));
  });

  it('stays in [0, 1) and fills it evenly', () => {
    const values = draw(1, 100_000);
    assert.ok(values.every((value) => value >= 0 && value < 1));
    const bins = Array.from({ length: 10 }, () => 0);
    for (const value of values) bins[Math.floor(value * 10)] = (bins[Math.floor(value * 10)] ?? 0) + 1;
    for (const count of bins) assert.ok(Math.abs(count - 10_000) < 500, String(bins));
  });

  it('draws normals of mean 0 and SD 1', () => {
    const rng = createRng(3);
    const { mean, sd } = meanSd(Array.from({ length: 100_000 }, () => rng.normal()));
    assert.ok(Math.abs(mean) < 0.02, String(mean));
    assert.ok(Math.abs(sd - 1) < 0.02, String(sd));
  });
});

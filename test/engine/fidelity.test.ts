/** Fidelity suite: the published table within its own spread, and bounds that hold in closed form. */
import { strict as assert } from 'node:assert';
import { reproduceRfcV1 } from '../../src/analysis/reproduce';
import type { CostName } from '../../src/engine/machine/costs';
import { COSTS } from '../../src/engine/machine/costs';
import { PRESETS } from '../../src/engine/machine/presets/registry';
import { RFC_V1_ZEN3 } from '../../src/engine/machine/presets/rfcV1Zen3';
import { playOne } from '../support/workloads';

describe('engine: fidelity', () => {
  const reproduction = reproduceRfcV1(RFC_V1_ZEN3);

  for (const cell of reproduction.cells) {
    it(`RFC v1, ${cell.path} ${cell.size} ${cell.metric}: the mean lies within one published SD`, () => {
      const distance = Math.abs(cell.simulated.mean - cell.published.mean);
      assert.ok(
        distance <= cell.published.sd,
        `${cell.simulated.mean} against ${cell.published.mean} ± ${cell.published.sd}`,
      );
    });
  }

  it('covers 36 cells with one set of costs', () => {
    assert.equal(reproduction.total, 36);
    assert.equal(reproduction.within, 36);
  });

  for (const machine of Object.values(PRESETS)) {
    it(`${machine.name} gives every cost a source and a kind, and every fitted one its cells`, () => {
      for (const name of Object.keys(COSTS) as CostName[]) {
        const { value, source, kind } = machine.costs[name];
        assert.ok(source.length > 20, name);
        // Nothing is free, unless another cost is said to hold it.
        if (value === 0) assert.match(source, /Part of the/, `${name} is 0`);
        else assert.ok(value > 0, name);
        if (kind === 'fitted')
          assert.match(source, /^Fitted to the (RFC v1 table|throughput tables of the v3 series)/);
      }
    });
  }

  it('keeps the two sums that the table fixes: 1,414 ns of software and 4,800 ns of DMA per folio', () => {
    const ns = (name: CostName) => RFC_V1_ZEN3.costs[name].value;
    const software = [
      'folioAlloc',
      'pteUnmap',
      'localFlush',
      'folioSwitch',
      'pteRemap',
      'folioFinish',
    ] as const;
    assert.equal(
      software.reduce((sum, name) => sum + ns(name), 0),
      1414,
    );
    const mapped = 2 * (ns('dmaMap') + ns('iommuMapEntry') + ns('dmaUnmap') + ns('iommuUnmapEntry'));
    const engine = ns('dmaSubmit') + ns('dmaLatency') + 4096 / ns('dmaBandwidth');
    const dma = mapped + engine + (2 / 256) * ns('iotlbFlush');
    assert.ok(Math.abs(dma - 4800) < 1, `${dma} ns`);
  });

  it('breaks when a cost is changed: the fit is not a tautology', () => {
    const slower = {
      ...RFC_V1_ZEN3,
      costs: { ...RFC_V1_ZEN3.costs, dmaLatency: { ...RFC_V1_ZEN3.costs.dmaLatency, value: 2300 } },
    };
    const broken = reproduceRfcV1(slower);
    assert.ok(broken.within < 34, `${broken.within} of 36 within one SD`);
  });

  it('never copies faster than the machine can', () => {
    const run = playOne({ runs: [{ count: 4096 }] });
    const copyNs = (run.calls.copy[0] as number) / 1000;
    const bytes = 4096 * 4096;
    assert.ok(bytes / copyNs <= RFC_V1_ZEN3.costs.copyResident.value);
  });
});

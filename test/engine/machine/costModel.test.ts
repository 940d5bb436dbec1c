/** The equations of docs/MODEL.md, one by one, on a machine of round numbers; and that every cost counts. */
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import type { FolioClass } from '../../../src/engine/folio/span';
import { spanOfRow } from '../../../src/engine/folio/span';
import { reasonCode } from '../../../src/engine/kernel/modes';
import type { CallContext } from '../../../src/engine/machine/costModel';
import { CostModel } from '../../../src/engine/machine/costModel';
import { Links } from '../../../src/engine/sim/links';
import type { CostName } from '../../../src/engine/machine/costs';
import { COSTS, VARIATIONS } from '../../../src/engine/machine/costs';
import type { IommuMode, Machine, NodePair, Quantity } from '../../../src/engine/machine/machine';
import { IOMMU_MODES } from '../../../src/engine/machine/machine';
import { RFC_V1_ZEN3 } from '../../../src/engine/machine/presets/rfcV1Zen3';
import { varyMachine } from '../../../src/engine/machine/vary';
import { createRng } from '../../../src/base/rng';
import { workloadOf } from '../../support/workloads';

const number = (value: number): Quantity => ({ value, kind: 'assumed', source: 'this test' });

/** All costs 1, save those given. */
function machineWith(costs: Partial<Record<CostName, number>>, rest: Partial<Machine> = {}): Machine {
  const ones = Object.fromEntries(Object.keys(COSTS).map((name) => [name, number(1)]));
  const given = Object.fromEntries(Object.entries(costs).map(([name, value]) => [name, number(value)]));
  return { ...RFC_V1_ZEN3, ...rest, costs: { ...ones, ...given } as Machine['costs'] };
}

function model(machine: Machine, call: Partial<CallContext> = {}): CostModel {
  const reason = reasonCode('demotion');
  return new CostModel(machine, { pages: 512, reason, mmCpus: 1, iommu: 'lazy', ...call });
}

function folio(order: number, more: Partial<FolioClass> = {}): FolioClass {
  return { ...spanOfRow(workloadOf({ runs: [{ count: 1, order }] }).folioRuns, 0, 0).of, ...more };
}

const PAGE = folio(0);
const KB64 = folio(4);
const THP = folio(9);
/** A gigantic hugetlb folio has one IOMMU entry for every 2 MiB. */
const GIGANTIC = folio(18);

const iommuCosts = {
  dmaMap: 400,
  dmaUnmap: 500,
  sgMap: 50,
  sgUnmap: 20,
  iommuMapEntry: 10,
  iommuUnmapEntry: 6,
  iotlbFlush: 2560,
};

describe('the cost model: IOMMU', () => {
  const machine = machineWith(iommuCosts);
  const flushes: Readonly<Record<IommuMode, number>> = { off: 0, lazy: (2 * 2560) / 256, strict: 2 * 2560 };
  const entries = [
    { what: '4K', of: PAGE, entries: 1 },
    { what: '64K', of: KB64, entries: 16 },
    { what: '2M', of: THP, entries: 1 },
    { what: '1G', of: GIGANTIC, entries: 512 },
  ] as const;

  for (const iommu of IOMMU_MODES) {
    it(`${iommu}: flushes for two ranges take ${flushes[iommu]} ns`, () => {
      assert.equal(model(machine, { iommu }).iotlbFlush, flushes[iommu] * 1000);
    });

    for (const { what, of, entries: mapped } of entries) {
      const m = iommu === 'off' ? 0 : mapped;
      it(`${iommu}: a ${what} folio has ${m} entries on each side`, () => {
        const costs = model(machine, { iommu });
        assert.equal(costs.sgMap(of), (50 + 2 * m * 10) * 1000);
        assert.equal(costs.sgUnmap(of), (20 + 2 * m * 6) * 1000);
        assert.equal(costs.dmaMap(of), (2 * 400 + 2 * m * 10) * 1000);
        assert.equal(costs.dmaUnmap(of), (2 * 500 + 2 * m * 6 + flushes[iommu]) * 1000);
      });
    }
  }
});

describe('the cost model: engines', () => {
  const costs = { engineDescriptor: 100, engineIommuEntry: 300, channelBandwidth: 4.096 };

  it('one folio on a channel is the transfer, the descriptor, and each IOMMU entry', () => {
    const lazy = model(machineWith(costs));
    assert.equal(lazy.engineCopy(PAGE, 1), (1000 + 100 + 300) * 1000);
    assert.equal(lazy.engineCopy(KB64, 1), (16_000 + 100 + 16 * 300) * 1000);
    assert.equal(lazy.engineCopy(THP, 1), (512_000 + 100 + 300) * 1000);
    const off = model(machineWith(costs), { iommu: 'off' });
    assert.equal(off.engineCopy(KB64, 1), (16_000 + 100) * 1000);
  });

  it('several in flight hide the start of each, but not the transfer', () => {
    const slow = model(machineWith({ ...costs, engineDescriptor: 3700 }));
    assert.equal(slow.engineCopy(PAGE, 1), 5000 * 1000);
    assert.equal(slow.engineCopy(PAGE, 2), 2500 * 1000);
    assert.equal(slow.engineCopy(PAGE, 5), 1000 * 1000);
    assert.equal(slow.engineCopy(PAGE, 64), 1000 * 1000);
  });

  it('more in flight is never slower, and no folio is faster than its transfer', () => {
    const positive = fc.double({ min: 1, max: 5000, noNaN: true });
    fc.assert(
      fc.property(
        positive,
        positive,
        fc.double({ min: 1, max: 50, noNaN: true }),
        fc.constantFrom(PAGE, KB64, THP),
        fc.integer({ min: 1, max: 64 }),
        (engineDescriptor, engineIommuEntry, channelBandwidth, of, inFlight) => {
          const engine = model(machineWith({ engineDescriptor, engineIommuEntry, channelBandwidth }));
          const at = engine.engineCopy(of, inFlight);
          assert.ok(engine.engineCopy(of, inFlight + 1) <= at);
          assert.ok(at >= Math.floor((of.pages * 4096 * 1000) / channelBandwidth));
        },
      ),
    );
  });

  it('links are in bytes per ps: an engine, all engines, the way between the nodes', () => {
    const machine = machineWith({ engineBandwidth: 14, engineLink: 60, nodeLink: 80 });
    const links = new Links(machine);
    const route = links.engineCopy(2, { ...PAGE, from: 1, to: 0 }, model(machine));
    assert.deepEqual(
      route.map((link) => links.capacities[link]),
      [0.014, 0.06, 0.08],
    );
    assert.equal(links.engineCopy(2, { ...PAGE, from: -1, to: 0 }, model(machine)).length, 2);
    assert.notDeepEqual(links.engineCopy(3, PAGE, model(machine))[0], route[0]);
  });

  it('a folio that is polled for: latency, transfer, and what cached lines cost', () => {
    const machine = machineWith({
      dmaLatency: 1000,
      dmaBandwidth: 4.096,
      dmaResidentRead: 200,
      lastLevelCache: 2 ** 30,
    });
    assert.equal(model(machine).dmaTransfer(PAGE), 2000 * 1000);
    const justUsed = model(machine, { reason: reasonCode('syscall_or_cpuset') });
    assert.equal(justUsed.dmaTransfer(PAGE), 2200 * 1000);
  });
});

describe('the cost model: copies between nodes', () => {
  const pair: NodePair = {
    from: 0,
    to: 1,
    copyMemory: number(8.192),
    copyPage: number(7),
    nodeLink: number(30),
  };
  const distances = [
    [10, 20, 40],
    [20, 10, 20],
    [40, 20, 10],
  ];
  const costs = { copyMemory: 4.096, copyPage: 50, nodeLink: 60, copyResident: 40.96, lastLevelCache: 0 };
  const nodes = [0, 1, 2].map((id) => ({ id, memory: 'dram' as const, cpus: [id], memoryBytes: null }));
  const near = { value: 20, kind: 'assumed', source: 'this test' } as const;
  const between = (from: number, to: number) => folio(0, { from, to });

  it('have the machine’s bandwidth and cost per page where nothing else is said', () => {
    const copy = model(machineWith(costs, { nodes }));
    assert.equal(copy.copy(between(0, 1)), 1050 * 1000);
    assert.equal(copy.copy(folio(9, { from: 0, to: 1 })), 512 * 1050 * 1000);
    assert.equal(copy.nodeLink(0, 1), 0.06);
  });

  it('have the pair’s own figures, in its direction only', () => {
    const copy = model(machineWith(costs, { nodes, pairs: [pair] }));
    assert.equal(copy.copy(between(0, 1)), 507 * 1000);
    assert.equal(copy.copy(between(1, 0)), 1050 * 1000);
    assert.equal(copy.nodeLink(0, 1), 0.03);
    assert.equal(copy.nodeLink(1, 0), 0.06);
  });

  it('fall back figure by figure where a pair leaves one open', () => {
    const open: NodePair = { from: 0, to: 1, copyMemory: null, nodeLink: number(30) };
    const copy = model(machineWith(costs, { nodes, distances, measuredDistance: near, pairs: [open] }));
    assert.equal(copy.copy(between(0, 1)), 1050 * 1000);
    assert.equal(copy.nodeLink(0, 1), 0.03);
  });

  it('are scaled by distance where both distances are known', () => {
    const far = model(machineWith(costs, { nodes, distances, measuredDistance: near }));
    assert.equal(far.copy(between(0, 1)), 1050 * 1000);
    assert.equal(far.copy(between(0, 2)), 2050 * 1000);
    assert.equal(far.copy(between(1, 1)), 550 * 1000);
    const unknown = { ...near, value: null };
    for (const rest of [
      { distances, measuredDistance: unknown },
      { distances: null, measuredDistance: near },
    ]) {
      assert.equal(model(machineWith(costs, { nodes, ...rest })).copy(between(0, 2)), 1050 * 1000);
    }
    assert.equal(far.copy(between(0, -1)), 1050 * 1000);
  });

  it('a pair’s own bandwidth is not scaled by distance', () => {
    const machine = machineWith(costs, {
      nodes,
      distances,
      measuredDistance: { ...near, value: 5 },
      pairs: [pair],
    });
    assert.equal(model(machine).copy(between(0, 1)), 507 * 1000);
  });

  it('come from the cache, whatever the distance, where the call fits and was just used', () => {
    const machine = machineWith(
      { ...costs, lastLevelCache: 2 * 512 * 4096 },
      { nodes, distances, measuredDistance: near },
    );
    const reason = reasonCode('syscall_or_cpuset');
    assert.equal(model(machine, { reason }).copy(between(0, 2)), 150 * 1000);
    assert.equal(model(machine, { reason, pages: 513 }).copy(between(0, 2)), 2050 * 1000);
    assert.equal(model(machine).copy(between(0, 2)), 2050 * 1000);
    assert.equal(model(machine, { reason }).copy(between(0, 2), false), 2050 * 1000);
  });

  it('vary from run to run between all nodes alike', () => {
    const machine = {
      ...machineWith(costs, { nodes, pairs: [pair, { from: 1, to: 0, copyMemory: null, nodeLink: null }] }),
      variation: { ...RFC_V1_ZEN3.variation, copyMemory: number(0.3) },
    };
    const varied = varyMachine(machine, createRng(7));
    const slower = machine.costs.copyMemory.value / varied.costs.copyMemory.value;
    assert.ok(Math.abs(slower - 1) > 0.01);
    const [own, open] = varied.pairs;
    const close = (value: number | undefined, expected: number) =>
      assert.ok(Math.abs((value ?? NaN) / expected - 1) < 1e-12, `${value} for ${expected}`);
    close(own?.copyMemory?.value, 8.192 / slower);
    close(own?.copyPage?.value, 7 * slower);
    close(own?.nodeLink?.value, 30 / slower);
    assert.deepEqual(open, machine.pairs[1]);
  });
});

describe('the cost model: page tables, flushes and locks', () => {
  it('unmaps and remaps entry by entry, a PMD as one', () => {
    const costs = model(machineWith({ pteUnmap: 100, pmdUnmap: 300, pteRemap: 70 }));
    const shared = folio(4, { mappings: 3 });
    assert.deepEqual([costs.unmap(PAGE), costs.remap(PAGE)], [100_000, 70_000]);
    assert.deepEqual([costs.unmap(shared), costs.remap(shared)], [48 * 100_000, 48 * 70_000]);
    assert.deepEqual([costs.unmap(THP), costs.remap(THP)], [300_000, 70_000]);
    const byPtes = folio(9, { mapping: 0, mappingName: 'pte' });
    assert.equal(costs.unmap(byPtes), 512 * 100_000);
    const nowhere = folio(0, { mappingName: 'none' });
    assert.deepEqual([costs.unmap(nowhere), costs.remap(nowhere)], [0, 0]);
  });

  it('flushes on one CPU or by interrupts to the others', () => {
    const machine = machineWith({ localFlush: 90, ipiFlush: 1000, ipiFlushPerCpu: 200 });
    const flush = (mmCpus: number) => model(machine, { mmCpus }).immediateFlush(2);
    assert.deepEqual([1, 2, 3, 10].map(flush), [180_000, 2_000_000, 2_400_000, 5_200_000]);
    assert.equal(model(machine, { mmCpus: 3 }).batchedFlush(), 1_200_000);
  });

  it('an allocation is never shorter than its part under the lock', () => {
    assert.equal(model(machineWith({ folioAlloc: 100, allocLock: 15 })).allocLock, 15_000);
    assert.equal(model(machineWith({ folioAlloc: 10, allocLock: 15 })).allocLock, 10_000);
  });

  it('metadata costs once it exceeds the cache', () => {
    const machine = machineWith({
      folioSwitch: 10,
      metadataMiss: 5,
      interleaveMiss: 3,
      lastLevelCache: 136 * 512,
    });
    assert.equal(model(machine).switchMapping(false), 10_000);
    assert.equal(model(machine).switchMapping(true), 13_000);
    assert.equal(model(machine, { pages: 513 }).switchMapping(true), 18_000);
  });

  it('threads fill CCDs of eight, or are spread one to each, round after round', () => {
    const machine = machineWith({ ccdLink: 11, threadLink: 36 });
    const links = new Links(machine);
    const ccd = (thread: number, placement: 'spread' | 'fill') =>
      links.threadCopy(thread, placement, { ...PAGE, from: -1 }, model(machine))[0];
    assert.equal(new Set([0, 1, 2].map((thread) => ccd(thread, 'spread'))).size, 3);
    assert.equal(ccd(0, 'spread'), ccd(Math.ceil(cpusOf(machine) / 8), 'spread'));
    assert.equal(ccd(0, 'fill'), ccd(7, 'fill'));
    assert.notEqual(ccd(7, 'fill'), ccd(8, 'fill'));
    assert.deepEqual(
      [...new Set(links.capacities)].toSorted((a, b) => a - b),
      [0.011, 0.036],
    );
  });

  it('a CPU shares its CCD with its neighbours, and all copies by CPUs with everyone', () => {
    const machine = machineWith({});
    const links = new Links(machine);
    const route = (cpu: number) => links.cpuCopy(cpu, PAGE, model(machine));
    assert.deepEqual(route(0), route(7));
    assert.notEqual(route(7)[0], route(8)[0]);
    assert.deepEqual(route(7).slice(1), route(8).slice(1));
    assert.deepEqual(route(-1), route(8).slice(1));
  });
});

function cpusOf(machine: Machine): number {
  return machine.nodes.reduce((sum, node) => sum + node.cpus.length, 0);
}

/** Capacities of all links that copies of a page cross. */
function capacities(machine: Machine, costs: CostModel): readonly number[] {
  const links = new Links(machine);
  links.engineCopy(0, PAGE, costs);
  links.threadCopy(0, 'fill', PAGE, costs);
  return links.capacities;
}

/** Everything the model answers, over calls and folios of all kinds. */
function answers(machine: Machine): string {
  const reasons = [reasonCode('syscall_or_cpuset'), reasonCode('demotion')];
  const calls = reasons.flatMap((reason) =>
    [1, 3].flatMap((mmCpus) => [512, 1_000_000].map((pages) => model(machine, { reason, mmCpus, pages }))),
  );
  return JSON.stringify(
    calls.map((costs) => [
      Object.values(costs).filter((value) => typeof value === 'number'),
      [costs.immediateFlush(1), costs.batchedFlush(), costs.switchMapping(true), costs.batchCopyExtra()],
      capacities(machine, costs),
      [PAGE, KB64, THP].map((of) => [
        [costs.unmap(of), costs.remap(of), costs.copy(of), costs.threadCopy(of), costs.dmaTransfer(of)],
        [costs.dmaMap(of), costs.dmaUnmap(of), costs.sgMap(of), costs.sgUnmap(of), costs.engineCopy(of, 1)],
      ]),
    ]),
  );
}

describe('the costs of a machine', () => {
  const base = machineWith({
    ...Object.fromEntries(Object.keys(COSTS).map((name, i) => [name, 100 + 7 * i])),
    lastLevelCache: 32 * 2 ** 20,
    allocLock: 1,
  });
  const names = Object.keys(COSTS) as CostName[];

  for (const name of names) {
    it(`${name} changes what the model answers`, () => {
      const { value } = base.costs[name];
      // A cache must become smaller than the smaller call.
      const changed = { ...base, costs: { ...base.costs, [name]: number(value / 100) } };
      assert.notEqual(answers(changed), answers(base));
    });
  }

  it('each vary with one group at most, and groups with none are constants of the machine', () => {
    const groups = Object.values(VARIATIONS).flatMap(({ scales }) => scales as readonly CostName[]);
    assert.equal(new Set(groups).size, groups.length);
    const constant = names.filter((name) => !groups.includes(name));
    assert.deepEqual(constant, ['lockWait', 'writebackWait', 'lastLevelCache', 'coldTouch']);
  });
});

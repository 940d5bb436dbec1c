/** The schema that an editor checks a machine file by, and the reader that the engine takes it with, agree. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { COSTS } from '../../../src/engine/machine/costs';
import { parseMachineFile } from '../../../src/engine/machine/machineFile';
import { DEVICE_PRESETS } from '../../../src/engine/machine/presets/devices/registry';
import { PRESETS } from '../../../src/engine/machine/presets/registry';
import type { Schema } from './schemaCheck';
import { mismatches } from './schemaCheck';

const schema = JSON.parse(readFileSync('media/migtopo.schema.json', 'utf8')) as Schema;
const base = 'series-v3-zen3';

const readerTakes = (file: unknown) => {
  const { value, problems } = parseMachineFile(JSON.stringify(file), PRESETS);
  return value !== null && problems.length === 0;
};
const schemaTakes = (file: unknown) => mismatches(schema, file).length === 0;

/** One field each, beside "extends". */
const TAKEN: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { $schema: 'x', name: 'a', title: 'b', source: 'c' },
  { cpuHertz: 2.5e9 },
  {
    nodes: [{ id: 0 }, { id: 3, memory: 'cxl', cpus: [], memoryBytes: null }],
    distances: [
      [10, 20.5],
      [20, 10],
    ],
  },
  { distances: null },
  { pairs: [{ from: 0, to: 1 }] },
  { pairs: [{ from: 0, to: 1, copyMemory: 20, copyPage: 0, nodeLink: null }] },
  { pairs: [{ from: 1, to: 0, nodeLink: { value: 60, source: 'here', kind: 'measured' } }] },
  { measuredDistance: 21 },
  { measuredDistance: null },
  { measuredDistance: { value: null, source: 'none' } },
  ...['off', 'lazy', 'strict'].map((iommu) => ({ iommu })),
  { iommu: { value: 'strict', source: 'kernel command line', kind: 'measured' } },
  { dmaDevices: [] },
  { dmaDevices: [{ name: 'x', channels: 4 }] },
  { dmaDevices: [{ name: 'x', channels: 4, engines: 2, node: null, driver: 'd' }] },
  {
    dmaDevices: [
      { name: 'x', channels: 4, queueDepth: 512, inFlight: 4, completionWindow: 4, interrupts: 'per-list' },
    ],
  },
  { dmaDevices: [{ name: 'x', channels: 1, queueDepth: null, interrupts: 'per-descriptor' }] },
  ...Object.keys(DEVICE_PRESETS).map((preset) => ({ dmaDevices: [{ preset }] })),
  { dmaDevices: [{ preset: 'dsa', name: 'dsa0', node: 0, channels: 8, queueDepth: null }] },
  { costs: { copyPage: 0, copyMemory: 5, wakeup: { value: 3, source: 'x' } } },
  { variation: { dma: 0 } },
];

const REFUSED: readonly Readonly<Record<string, unknown>>[] = [
  { colour: 1 },
  { name: 5 },
  { cpuHertz: 0 },
  { nodes: [] },
  { nodes: [{ id: 0.5 }] },
  { nodes: [{ id: 0, memory: 'hbm' }] },
  { nodes: [{ id: 0, memory: null }] },
  { nodes: [{ id: 0, cpus: [-1] }] },
  { nodes: [{ id: 0, colour: 1 }] },
  {
    distances: [
      [0, 10],
      [10, 0],
    ],
  },
  { pairs: [{ from: 0 }] },
  { pairs: [{ from: 0, to: 1, copyMemory: 0 }] },
  { pairs: [{ from: 0, to: 1, copyPage: -1 }] },
  { pairs: [{ from: 0, to: 1, nodeLink: 'wide' }] },
  { pairs: [{ from: 0, to: 1, latency: 3 }] },
  { pairs: { from: 0, to: 1 } },
  { measuredDistance: 0 },
  { measuredDistance: 'far' },
  { iommu: 'passthrough' },
  { iommu: null },
  { iommu: { value: 'lazy', kind: 'guessed' } },
  { iommu: { source: 'x' } },
  { dmaDevices: [{ name: 'x' }] },
  { dmaDevices: [{ channels: 4 }] },
  { dmaDevices: [{ name: 'x', channels: 1.5 }] },
  { dmaDevices: [{ name: 'x', channels: 4, queueDepth: 0 }] },
  { dmaDevices: [{ name: 'x', channels: 4, inFlight: 0 }] },
  { dmaDevices: [{ name: 'x', channels: 4, inFlight: null }] },
  { dmaDevices: [{ name: 'x', channels: 4, completionWindow: 'all' }] },
  { dmaDevices: [{ name: 'x', channels: 4, interrupts: 'never' }] },
  { dmaDevices: [{ name: 'x', channels: 4, driver: 7 }] },
  { dmaDevices: [{ name: 'x', channels: 4, node: -1 }] },
  { dmaDevices: [{ name: 'x', channels: 4, rings: 2 }] },
  { dmaDevices: [{ preset: 'toaster' }] },
  { dmaDevices: [{ preset: 'dsa', channels: 0 }] },
  { costs: { copyMemory: 0 } },
  { costs: { coffee: 1 } },
  { costs: { wakeup: { value: 3, source: 5 } } },
  { costs: { wakeup: { value: 3, unit: 'ns' } } },
  { costs: { wakeup: { value: 3, kind: null } } },
  { variation: { dma: -1 } },
];

describe('the schema of machine files and the reader', () => {
  for (const fields of TAKEN) {
    const file = { extends: base, ...fields };
    it(`both take ${JSON.stringify(fields)}`, () => {
      assert.deepEqual(mismatches(schema, file), []);
      assert.deepEqual(parseMachineFile(JSON.stringify(file), PRESETS).problems, []);
    });
  }

  for (const fields of REFUSED) {
    const file = { extends: base, ...fields };
    it(`both refuse ${JSON.stringify(fields)}`, () => {
      assert.ok(!schemaTakes(file));
      assert.ok(!readerTakes(file));
    });
  }

  it('both take every preset written out whole', () => {
    for (const machine of Object.values(PRESETS)) {
      assert.deepEqual(mismatches(schema, machine), [], machine.name);
      assert.ok(readerTakes(machine), machine.name);
    }
  });

  it('name the same devices', () => {
    const text = JSON.stringify(schema);
    assert.ok(text.includes(`"preset":{"enum":${JSON.stringify(Object.keys(DEVICE_PRESETS))}`));
  });

  it('say the same of every cost: unit and meaning', () => {
    const costs = (
      schema as { properties: { costs: { properties: Record<string, { description: string }> } } }
    ).properties.costs.properties;
    for (const [name, { unit, meaning }] of Object.entries(COSTS))
      assert.equal(costs[name]?.description, `${unit}. ${meaning}`);
  });

  it('whatever the reader takes without a problem, the schema takes', () => {
    const number = fc.oneof(fc.constantFrom(0, 1, 2, 16, -1, 0.5, 20), fc.constantFrom(null, 'x'));
    const quantity = fc.oneof(
      number,
      fc.record(
        { value: number, source: fc.constantFrom('s', 1, null), kind: fc.constantFrom('fitted', 'x', null) },
        { requiredKeys: [] },
      ),
    );
    const device = fc.record(
      {
        preset: fc.constantFrom('dsa', 'sdxi', 'none'),
        name: fc.constantFrom('x', 3),
        channels: number,
        engines: number,
        node: number,
        queueDepth: number,
        inFlight: number,
        completionWindow: number,
        interrupts: fc.constantFrom('per-list', 'x', null),
      },
      { requiredKeys: [] },
    );
    const pair = fc.record(
      { from: number, to: number, copyMemory: quantity, copyPage: quantity, nodeLink: quantity },
      { requiredKeys: [] },
    );
    const node = fc.record(
      { id: number, memory: fc.constantFrom('dram', 'x', null), cpus: fc.array(number), memoryBytes: number },
      { requiredKeys: ['id'] },
    );
    // One field at a time: a file with several would hardly ever be right in all.
    const fields: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
      cpuHertz: quantity,
      nodes: fc.array(node, { maxLength: 2 }),
      distances: fc.array(fc.array(number, { maxLength: 2 }), { maxLength: 2 }),
      pairs: fc.array(pair, { maxLength: 2 }),
      measuredDistance: quantity,
      iommu: fc.constantFrom('off', 'on', null),
      dmaDevices: fc.array(device, { maxLength: 2 }),
      costs: fc.record({ copyMemory: quantity, wakeup: quantity }, { requiredKeys: [] }),
    };
    const file = fc.oneof(
      ...Object.entries(fields).map(([name, value]) =>
        value.map((given) => ({ extends: base, [name]: given })),
      ),
    );
    let taken = 0;
    fc.assert(
      fc.property(file, (given) => {
        if (!readerTakes(given)) return;
        taken++;
        assert.deepEqual(mismatches(schema, given), []);
      }),
      { numRuns: 3000 },
    );
    assert.ok(taken > 100, `${taken} files were taken`);
  });
});

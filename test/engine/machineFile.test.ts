import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseMachineFile } from '../../src/engine/machine/machineFile';
import { DEVICE_PRESETS } from '../../src/engine/machine/presets/devices/registry';
import { DEFAULT_MACHINE, PRESETS } from '../../src/engine/machine/presets/registry';

const parse = (text: string) => parseMachineFile(text, PRESETS);
const name = DEFAULT_MACHINE.name;

describe('machine files', () => {
  for (const machine of Object.values(PRESETS)) {
    it(`give back a machine that was written out whole: ${machine.name}`, () => {
      const { value, problems } = parse(JSON.stringify(machine, null, 2));
      assert.deepEqual(problems, []);
      assert.deepEqual(value, machine);
    });
  }

  it('take from a preset what they do not say themselves', () => {
    const text = `{
      // Comments and a comma at the end are allowed.
      "extends": "${name}", "name": "mine", "source": "my bench",
      "costs": { "copyMemory": { "value": 20, "source": "measured here", "kind": "measured" }, "dmaCold": 5 },
    }`;
    const { value, problems } = parse(text);
    assert.deepEqual(problems, []);
    assert.equal(value?.name, 'mine');
    assert.deepEqual(value?.costs.copyMemory, { value: 20, source: 'measured here', kind: 'measured' });
    assert.deepEqual(value?.costs.dmaCold, { value: 5, source: 'my bench', kind: 'assumed' });
    assert.deepEqual(value?.costs.dmaMap, DEFAULT_MACHINE.costs.dmaMap);
    assert.deepEqual(value?.nodes, DEFAULT_MACHINE.nodes);
  });

  it('may describe other nodes, distances and devices', () => {
    const nodes = [
      { id: 0, memory: 'dram', cpus: [0, 1], memoryBytes: 1 << 30 },
      { id: 2, memory: 'cxl', cpus: [], memoryBytes: null },
    ];
    const distances = [
      [10, 17],
      [17, 10],
    ];
    const { value, problems } = parse(
      JSON.stringify({ extends: name, nodes, distances, dmaDevices: [{ name: 'dsa0', channels: 8 }] }),
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(value?.nodes, nodes);
    assert.deepEqual(value?.distances, distances);
    assert.deepEqual(value?.dmaDevices, [
      {
        name: 'dsa0',
        driver: 'dsa0',
        node: null,
        channels: 8,
        engines: 8,
        queueDepth: null,
        inFlight: 1,
        completionWindow: 1,
        interrupts: 'per-list',
      },
    ]);
    assert.equal(value?.costs.engineLink, DEFAULT_MACHINE.costs.engineLink);
  });

  it('may say how far nodes are, and what the IOMMU does', () => {
    const { value, problems } = parse(`{
      "extends": "${name}", "source": "my bench",
      "pairs": [
        { "from": 0, "to": 1, "copyMemory": { "value": 14, "source": "stream", "kind": "measured" }, "nodeLink": null },
        { "from": 1, "to": 0, "copyPage": 30, "nodeLink": 40 },
      ],
      "measuredDistance": 32,
      "iommu": { "value": "strict", "source": "dmesg", "kind": "measured" },
    }`);
    assert.deepEqual(problems, []);
    const bench = { source: 'my bench', kind: 'assumed' };
    assert.deepEqual(value?.pairs, [
      { from: 0, to: 1, copyMemory: { value: 14, source: 'stream', kind: 'measured' }, nodeLink: null },
      {
        from: 1,
        to: 0,
        copyMemory: null,
        copyPage: { value: 30, ...bench },
        nodeLink: { value: 40, ...bench },
      },
    ]);
    assert.deepEqual(value?.measuredDistance, { value: 32, ...bench });
    assert.deepEqual(value?.iommu, { value: 'strict', source: 'dmesg', kind: 'measured' });
  });

  it('drop the pairs and distances of the preset with its nodes', () => {
    const nodes = [{ id: 0, memory: 'dram', cpus: [0], memoryBytes: null }];
    const { value } = parse(JSON.stringify({ extends: 'zen5-9655-cxl', nodes }));
    assert.equal(PRESETS['zen5-9655-cxl']?.pairs.length, 4);
    assert.deepEqual(value?.pairs, []);
    assert.equal(value?.distances, null);
  });

  it('take a device and its costs from a device preset, and let the file have the last word', () => {
    const { value, problems } = parse(
      JSON.stringify({
        extends: name,
        dmaDevices: [
          { preset: 'dsa', name: 'dsa0', node: 0, channels: 8 },
          { preset: 'dsa', name: 'dsa1', node: 1, channels: 2, inFlight: 2 },
        ],
        costs: { engineDescriptor: 111 },
      }),
    );
    const dsa = DEVICE_PRESETS['dsa'];
    assert.deepEqual(problems, []);
    assert.deepEqual(
      value?.dmaDevices.map((device) => [device.name, device.driver, device.node, device.channels]),
      [
        ['dsa0', 'idxd', 0, 8],
        ['dsa1', 'idxd', 1, 2],
      ],
    );
    assert.deepEqual(
      value?.dmaDevices.map((device) => [device.queueDepth, device.inFlight, device.completionWindow]),
      [
        [16, 4, 4],
        [64, 2, 4],
      ],
    );
    assert.deepEqual(value?.costs.channelBandwidth, dsa?.costs.channelBandwidth);
    assert.equal(value?.costs.engineLink.value, 2 * (dsa?.costs.engineLink.value ?? NaN));
    assert.equal(value?.costs.engineDescriptor.value, 111);
    assert.deepEqual(value?.costs.sgMap, DEFAULT_MACHINE.costs.sgMap);
  });

  const mistakes: readonly [what: string, text: string, line: number, message: RegExp, usable: boolean][] = [
    ['broken JSON', `{\n  "extends": "${name}",\n  "name" "x"\n}`, 3, /not valid JSON/, false],
    ['no object', '[]', 1, /not an object/, false],
    ['nothing', '', 1, /not valid JSON/, false],
    ['an unknown preset', '{\n  "extends": "toaster"\n}', 2, /no machine named "toaster"/, false],
    [
      'a preset named like a property of every object',
      '{ "extends": "constructor" }',
      1,
      /no machine named/,
      false,
    ],
    [
      'an unknown cost',
      `{\n  "extends": "${name}",\n  "costs": {\n    "coffee": 3\n  }\n}`,
      4,
      /Unknown cost "coffee"/,
      true,
    ],
    ['an unknown field', `{ "extends": "${name}",\n  "colour": 1 }`, 2, /Unknown field "colour"/, true],
    [
      'a cost that is no number',
      `{ "extends": "${name}",\n  "costs": {\n "dmaMap": "much" } }`,
      3,
      /dmaMap is not a number/,
      true,
    ],
    ['a negative cost', `{ "extends": "${name}", "costs": {\n "dmaMap": -1 } }`, 2, /at least 0/, true],
    [
      'an unknown kind of source',
      `{ "extends": "${name}", "costs": { "dmaMap": { "value": 1,\n "kind": "guessed" } } }`,
      2,
      /unknown kind/,
      true,
    ],
    [
      'a node without a number',
      `{ "extends": "${name}", "nodes": [\n {"cpus": [1]} ] }`,
      2,
      /node is not understood/,
      true,
    ],
    [
      'a device without channels',
      `{ "extends": "${name}", "dmaDevices": [\n {"name": "x", "channels": 0} ] }`,
      2,
      /DMA device/,
      true,
    ],
    [
      'a device that is no known one',
      `{ "extends": "${name}", "dmaDevices": [\n {"preset": "toaster"} ] }`,
      2,
      /no DMA device named "toaster"/,
      true,
    ],
    [
      'a device whose queue holds nothing',
      `{ "extends": "${name}", "dmaDevices": [\n {"name": "x", "channels": 2, "queueDepth": 0} ] }`,
      2,
      /DMA device "x".*queueDepth is not a whole number of at least 1/,
      true,
    ],
    [
      'more engines than channels',
      `{ "extends": "${name}", "dmaDevices": [\n {"name": "x", "channels": 2, "engines": 3} ] }`,
      2,
      /more engines than channels/,
      true,
    ],
    [
      'devices of two kinds',
      `{ "extends": "${name}", "dmaDevices": [ {"preset": "dsa"},\n {"preset": "ioat"} ] }`,
      2,
      /one set of DMA costs: those of dsa hold/,
      true,
    ],
    [
      'a pair of nodes that the machine lacks',
      `{ "extends": "${name}", "pairs": [\n { "from": 0, "to": 9 } ] }`,
      2,
      /does not name two nodes/,
      true,
    ],
    [
      'a pair given twice',
      `{ "extends": "${name}", "pairs": [ { "from": 0, "to": 1 },\n { "from": 0, "to": 1 } ] }`,
      2,
      /0 to 1 is given twice/,
      true,
    ],
    [
      'a bandwidth of 0 of a pair',
      `{ "extends": "${name}", "pairs": [{ "from": 0, "to": 1,\n "copyMemory": 0 }] }`,
      2,
      /copyMemory of a pair is not a number above 0/,
      true,
    ],
    ['a bandwidth of 0', `{ "extends": "${name}", "costs": {\n "engineLink": 0 } }`, 2, /above 0/, true],
    [
      'an unknown IOMMU mode',
      `{ "extends": "${name}",\n "iommu": "on" }`,
      2,
      /one of off, lazy, strict/,
      true,
    ],
    [
      'a distance that is none',
      `{ "extends": "${name}",\n "measuredDistance": -3 }`,
      2,
      /measuredDistance is not a number above 0 or null/,
      true,
    ],
    [
      'distances that do not fit',
      `{ "extends": "${name}",\n "distances": [[10]] }`,
      2,
      /do not match the nodes/,
      true,
    ],
    ['nothing to start from', '{ "name": "bare" }', 1, /lacks/, false],
  ];
  for (const [what, text, line, message, usable] of mistakes) {
    it(`name the line and the next action for ${what}`, () => {
      const { value, problems } = parse(text);
      assert.equal(problems[0]?.line, line);
      assert.match(problems[0]?.message ?? '', message);
      assert.ok((problems[0]?.hint ?? '').length > 5);
      assert.equal(value !== null, usable);
    });
  }

  it('never throw, whatever they hold', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) =>
            JSON.stringify({
              extends: name,
              costs: value,
              nodes: value,
              dmaDevices: value,
              distances: value,
              pairs: value,
              measuredDistance: value,
              iommu: value,
              cpuHertz: value,
              name: value,
            }),
          ),
        ),
        (text) => {
          const { value, problemCount } = parse(text);
          assert.ok(value !== null || problemCount > 0);
        },
      ),
    );
  });
});

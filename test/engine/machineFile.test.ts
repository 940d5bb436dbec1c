import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseMachineFile } from '../../src/engine/machine/machineFile';
import { DEFAULT_MACHINE, PRESETS } from '../../src/engine/machine/presets/registry';

const parse = (text: string) => parseMachineFile(text, PRESETS);
const name = DEFAULT_MACHINE.name;

describe('machine files', () => {
  it('give back a machine that was written out whole', () => {
    const { value, problems } = parse(JSON.stringify(DEFAULT_MACHINE, null, 2));
    assert.deepEqual(problems, []);
    assert.deepEqual(value, DEFAULT_MACHINE);
  });

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
      { name: 'dsa0', driver: 'dsa0', node: null, channels: 8, engines: 8 },
    ]);
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

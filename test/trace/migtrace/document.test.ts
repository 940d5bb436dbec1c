import * as assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { FOLIO_FATES, FOLIO_KINDS, FOLIO_MAPPINGS } from '../../../src/engine/folio/workload';
import { MIGRATE_MODES, MIGRATE_REASONS } from '../../../src/engine/kernel/modes';
import { TOTAL_NAMES } from '../../../src/engine/kernel/totals';
import {
  EVENT_SCHEMA,
  CALL_PHASE_SCHEMA,
  EVENT_TYPES,
  FOLIO_OUTCOMES,
  FOLIO_TIME_SCHEMA,
  TRACE_FORMATS,
} from '../../../src/trace/model';
import { CALL_FIELDS, RUN_FIELDS } from '../../../src/trace/formats/migtrace/callLines';
import { EVENT_SHAPES, OBSERVED_FIELDS, PHASE_FIELDS } from '../../../src/trace/formats/migtrace/eventLines';
import {
  CALL_COLUMNS,
  ENCODINGS,
  EVENT_PARTS,
  KEYWORDS,
  MIGTRACE_VERSION,
  SECTIONS,
} from '../../../src/trace/formats/migtrace/spec';
import { encodeEvents } from '../../../src/trace/formats/migtrace/eventWriter';
import { readParts } from '../../../src/trace/formats/migtrace/parts';
import { writeMigtracePacked, writeMigtraceText } from '../../../src/trace/formats/migtrace/writer';
import { readClean, tableOf } from './support';

const FORMAT = readFileSync('docs/FORMAT.md', 'utf8');
const FIXTURES = path.join('test', 'fixtures', 'migtrace');
const blocks = [...FORMAT.matchAll(/```migtrace\n(.*?)```/gs)].map(([, text]) => text!);

describe('docs/FORMAT.md', () => {
  it('has examples', () => assert.ok(blocks.length >= 4));

  for (const [i, text] of blocks.entries()) {
    it(`shows in example ${i + 1} what opens without problems and survives both encodings`, () => {
      const trace = readClean(text);
      assert.deepStrictEqual(readClean(writeMigtraceText(trace)), trace);
      assert.deepStrictEqual(readClean(writeMigtracePacked(trace)), trace);
    });
  }

  const names: Readonly<Record<string, readonly string[]>> = {
    'trace format': TRACE_FORMATS,
    mode: MIGRATE_MODES,
    reason: MIGRATE_REASONS,
    kind: FOLIO_KINDS,
    fate: FOLIO_FATES,
    mapping: FOLIO_MAPPINGS,
    outcome: FOLIO_OUTCOMES,
    'event type': EVENT_TYPES,
    total: TOTAL_NAMES,
    'call field': CALL_FIELDS.map(({ key }) => key),
    'folios field': RUN_FIELDS.map(({ key }) => key),
    'observed field': OBSERVED_FIELDS.map(({ key }) => key),
    'phases field': PHASE_FIELDS.map(({ key }) => key),
    'event field': Object.values(EVENT_SHAPES).flatMap(({ a, b, text, pte }) =>
      [a?.key, b?.key, text, pte].filter((key) => key !== undefined),
    ),
    section: Object.keys(SECTIONS),
    'call column': Object.keys(CALL_COLUMNS),
    'observed column': Object.keys(FOLIO_TIME_SCHEMA),
    'phases column': Object.keys(CALL_PHASE_SCHEMA),
    'event part': Object.values(EVENT_PARTS),
  };
  for (const [what, list] of Object.entries(names)) {
    it(`names every ${what}`, () => {
      for (const name of list) assert.ok(FORMAT.includes(`\`${name}\``), name);
    });
  }

  it('names every keyword', () => {
    for (const keyword of KEYWORDS) assert.match(FORMAT, new RegExp(`\`${keyword}[ \`]`), keyword);
  });

  it('numbers encodings and versions as the code does', () => {
    for (const [name, code] of Object.entries(ENCODINGS)) {
      assert.match(FORMAT, new RegExp(`\\| ${code} +\\| ${name} +\\|`));
    }
    assert.match(FORMAT, new RegExp(`format, version ${MIGTRACE_VERSION}`));
    assert.match(
      readFileSync('docs/CHANGELOG-formats.md', 'utf8'),
      new RegExp(`## Version ${MIGTRACE_VERSION}\n`),
    );
  });

  it('shows the bytes of an order as the writer writes them', () => {
    const rows = Array.from({ length: 1000 }, (_, row) => ({ type: row % 2 === 0 ? 6 : 2 }));
    const parts = readParts(encodeEvents(tableOf(EVENT_SCHEMA, rows), 0, 1000));
    assert.ok(typeof parts !== 'string');
    const bytes = parts.parts.get(EVENT_PARTS.order)!.bytes;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    assert.ok(FORMAT.includes(`\`${hex}\``), hex);
  });

  it('tells the type codes in the order of the code', () => {
    const told = FORMAT.slice(FORMAT.indexOf('order from 0: mm_migrate_pages_start'));
    const order = EVENT_TYPES.map((type) => told.search(new RegExp(`\\b${type}\\b`)));
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
    assert.ok(order.every((at) => at > 0 && at < 300));
  });
});

describe('samples', () => {
  const promotions: readonly (readonly [string, number])[] = [
    ['promotion-4k', 1],
    ['promotion-2m', 512],
    ['promotion-256m', 65_536],
    ['promotion-1g', 262_144],
  ];
  for (const [name, pages] of promotions) {
    it(`has the RFC v1 workload ${name}: one call over ${pages} base pages, node 1 to node 0`, () => {
      const text = readFileSync(`samples/${name}.migtrace`, 'utf8');
      const { workload, machine } = readClean(text);
      const { calls, folioRuns } = workload;
      assert.equal(machine?.preset, 'rfc-v1-zen3');
      assert.deepEqual([calls.length, folioRuns.length], [1, 1]);
      assert.deepEqual(
        [MIGRATE_MODES[calls.mode[0]!], MIGRATE_REASONS[calls.reason[0]!]],
        ['MIGRATE_SYNC', 'syscall_or_cpuset'],
      );
      assert.deepEqual(
        [folioRuns.count[0], folioRuns.order[0], folioRuns.from[0], folioRuns.to[0]],
        [pages, 0, 1, 0],
      );
      assert.ok(text.includes('20240614221525.19170-1-shivankg@amd.com'));
    });
  }

  it('all open without problems', () => {
    const files = readdirSync('samples').filter((name) => name.endsWith('.migtrace'));
    assert.ok(files.includes('mixed-fates.migtrace'));
    for (const file of files) readClean(readFileSync(`samples/${file}`));
  });
});

describe('.migtrace files of version 1', () => {
  const text = readFileSync(path.join(FIXTURES, 'everything.migtrace'), 'utf8');
  const packed = readFileSync(path.join(FIXTURES, 'everything.packed.migtrace'));

  it('mean the same in both encodings, and are still written byte for byte as they were', () => {
    const trace = readClean(text);
    assert.deepStrictEqual(readClean(packed), trace);
    assert.equal(writeMigtraceText(trace), text);
    assert.deepEqual(Buffer.from(writeMigtracePacked(trace)), packed);
  });

  it('use every keyword, every event type and every column', () => {
    const { events, folioTimes, callPhases, workload } = readClean(text);
    for (const keyword of KEYWORDS) assert.match(text, new RegExp(`^ *${keyword} `, 'm'), keyword);
    assert.deepEqual(new Set(events.type), new Set(EVENT_TYPES.keys()));
    const tables: readonly (readonly [object, readonly string[]])[] = [
      [workload.calls, Object.keys(CALL_COLUMNS)],
      [folioTimes, Object.keys(FOLIO_TIME_SCHEMA)],
      [callPhases, Object.keys(CALL_PHASE_SCHEMA)],
      [events, Object.keys(EVENT_SCHEMA)],
    ];
    for (const [table, columns] of tables) {
      for (const name of columns) {
        const column = (table as Readonly<Record<string, Float64Array>>)[name]!;
        assert.ok(
          column.some((value) => value !== 0),
          name,
        );
      }
    }
  });
});

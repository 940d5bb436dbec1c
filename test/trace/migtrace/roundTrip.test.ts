import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  writeMigtracePacked,
  writeMigtraceText,
  writeMigtraceTextChunks,
} from '../../../src/trace/formats/migtrace/writer';
import { CALL_SCHEMA, FOLIO_RUN_SCHEMA } from '../../../src/engine/folio/workload';
import { anyTrace, emptyTrace, read, readClean, realisticTrace, tableOf } from './support';

const RUNS = { numRuns: 150 };
const pieces = fc.array(fc.nat(200), { maxLength: 20 });

describe('.migtrace round trip', () => {
  it('reads back from text what it wrote, however the bytes arrive', () => {
    fc.assert(
      fc.property(anyTrace, pieces, (trace, sizes) => {
        assert.deepStrictEqual(readClean(writeMigtraceText(trace), sizes), trace);
      }),
      RUNS,
    );
  });

  it('reads back from packed what it wrote, however the bytes arrive', () => {
    fc.assert(
      fc.property(anyTrace, pieces, (trace, sizes) => {
        assert.deepStrictEqual(readClean(writeMigtracePacked(trace), sizes), trace);
      }),
      RUNS,
    );
  });

  it('writes the same text again after a detour over the packed form', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const text = writeMigtraceText(trace);
        assert.equal(writeMigtraceText(readClean(writeMigtracePacked(readClean(text)))), text);
      }),
      RUNS,
    );
  });

  it('never throws on bytes that were cut or changed', () => {
    fc.assert(
      fc.property(
        anyTrace,
        fc.boolean(),
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }),
        (trace, packed, cut, changes) => {
          const whole = packed
            ? writeMigtracePacked(trace)
            : new TextEncoder().encode(writeMigtraceText(trace));
          const bytes = whole.slice(0, whole.length - (cut % whole.length));
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          const { value, problems } = read(bytes);
          for (const { message, hint } of problems) assert.ok(message.length > 0 && hint.length > 0);
          // What was salvaged is a trace: both writers take it.
          writeMigtraceText(value);
          writeMigtracePacked(value);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never throws on any bytes at all', () => {
    const start = fc.constantFrom('', 'migtrace 1\n', '\x89MGT\r\n\x1a\n\x01\0\0\0');
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 300 }), (head, tail) => {
        read(Uint8Array.from([...Buffer.from(head, 'latin1'), ...tail]));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps every event of a large recording over several blocks', () => {
    const trace = realisticTrace(70_000, true);
    assert.deepStrictEqual(readClean(writeMigtracePacked(trace), [1, 70_001, 300_000]), trace);
  });

  it('gives the text in chunks of whole lines', () => {
    const chunks = [...writeMigtraceTextChunks(realisticTrace(2000, true))];
    assert.ok(chunks.length > 3);
    for (const chunk of chunks) assert.ok(chunk.endsWith('\n'));
  });

  it('puts runs in the order of the calls and the empty task name first', () => {
    const trace = {
      ...emptyTrace(),
      workload: {
        calls: tableOf(CALL_SCHEMA, [
          { firstRun: 1, runCount: 1, comm: 0 },
          { firstRun: 0, runCount: 1, comm: 1 },
        ]),
        folioRuns: tableOf(FOLIO_RUN_SCHEMA, [{ count: 10 }, { count: 20 }]),
        comms: ['a', 'b'],
      },
    };
    for (const bytes of [writeMigtraceText(trace), writeMigtracePacked(trace)]) {
      const { calls, folioRuns, comms } = readClean(bytes).workload;
      assert.deepEqual([...folioRuns.count], [20, 10]);
      assert.deepEqual([...calls.firstRun], [0, 1]);
      assert.deepEqual(
        Array.from(calls.comm, (row) => comms[row]),
        ['a', 'b'],
      );
    }
  });
});

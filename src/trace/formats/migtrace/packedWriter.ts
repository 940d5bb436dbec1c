/** The packed encoding, written: a head in text, then columns, then DONE. */
import { encodeUtf8 } from '../../../base/utf8';
import { FOLIO_RUN_SCHEMA } from '../../../engine/folio/workload';
import { CALL_PHASE_SCHEMA, FOLIO_TIME_SCHEMA } from '../../model';
import type { MigrationTrace } from '../../model';
import { ByteWriter } from './byteWriter';
import { crc32 } from './crc32';
import { encodeEvents } from './eventWriter';
import { writeHead } from './headLines';
import { inCallOrder, normalComms } from './normal';
import { encodeTable } from './parts';
import {
  BLOCK_ROWS,
  CALL_COLUMNS,
  MIGTRACE_VERSION,
  PACKED_MAGIC,
  SECTIONS,
  SECTION_HEADER_BYTES,
} from './spec';

/** The whole file. */
export function writeMigtracePacked(trace: MigrationTrace): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(65_536);
  for (const piece of writeMigtracePackedChunks(trace)) out.append(piece);
  return out.view().slice();
}

/** The file in pieces, a section each. */
export function* writeMigtracePackedChunks(trace: MigrationTrace): Iterable<Uint8Array> {
  const { calls, folioRuns, comms } = inCallOrder(normalComms(trace.workload));
  const { folioTimes, callPhases, events } = trace;
  const start = new ByteWriter(16);
  for (const byte of PACKED_MAGIC) start.u8(byte);
  start.u16(MIGTRACE_VERSION);
  start.u16(0);
  yield start.view();
  const head = [...writeHead(trace, comms, trace.strings)].filter((line) => line !== '');
  yield section(SECTIONS.HEAD, encodeUtf8(head.join('\n')));
  if (calls.length > 0) yield section(SECTIONS.CALL, encodeTable(CALL_COLUMNS, calls, 0, calls.length));
  if (folioRuns.length > 0) {
    yield section(SECTIONS.RUNS, encodeTable(FOLIO_RUN_SCHEMA, folioRuns, 0, folioRuns.length));
  }
  for (let from = 0; from < folioTimes.length; from += BLOCK_ROWS) {
    const to = Math.min(folioTimes.length, from + BLOCK_ROWS);
    yield section(SECTIONS.SEEN, encodeTable(FOLIO_TIME_SCHEMA, folioTimes, from, to));
  }
  for (let from = 0; from < callPhases.length; from += BLOCK_ROWS) {
    const to = Math.min(callPhases.length, from + BLOCK_ROWS);
    yield section(SECTIONS.phas, encodeTable(CALL_PHASE_SCHEMA, callPhases, from, to));
  }
  for (let from = 0; from < events.length; from += BLOCK_ROWS) {
    yield section(SECTIONS.EVNT, encodeEvents(events, from, Math.min(events.length, from + BLOCK_ROWS)));
  }
  yield section(SECTIONS.DONE, new Uint8Array());
}

function section(kind: string, payload: Uint8Array): Uint8Array {
  const out = new ByteWriter(SECTION_HEADER_BYTES + payload.length);
  out.ascii(kind);
  out.u32(payload.length);
  out.u32(crc32(payload, 0, payload.length, crc32(out.view(), 0, out.length)));
  out.append(payload);
  return out.view();
}

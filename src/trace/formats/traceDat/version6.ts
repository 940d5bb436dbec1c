/** trace.dat version 6: one part behind the other (trace-cmd.dat.v6(5)). */
import { decodeUtf8 } from '../../../base/utf8';
import { memorySource } from '../../byteSource';
import {
  CUT_HINT,
  type DatContents,
  type DatHead,
  type DatSinks,
  noteCut,
  readFormats,
  readHeaderInfo,
  readSystems,
} from './contents';
import { FileCursor } from './fileCursor';
import { chosenClock, MAX_CPUS, OPTION, readCommonOption, readCpuList } from './options';

const TAG_BYTES = 10;
const MAX_CLOCK_TEXT = 256;

interface Instance {
  readonly name: string;
  readonly offset: number;
  /** CPUs of the instance, where it has others than the top one. */
  readonly cpus: number;
}

/** Reads everything in front of the pages; `cursor` stands behind the initial format. */
export function readVersion6(
  cursor: FileCursor,
  head: DatHead,
  contents: DatContents,
  sinks: DatSinks,
): void {
  const { problems, source } = sinks;
  readHeaderInfo(cursor, contents, problems);
  readFormats(cursor, sinks);
  readSystems(cursor, sinks);
  const symbolBytes = cursor.u32();
  const symbolsAt = cursor.at;
  cursor.skip(symbolBytes);
  contents.kallsyms = () => source.read(symbolsAt, symbolBytes);
  contents.printkFormats = decodeUtf8(cursor.take(cursor.u32()));
  contents.savedCmdlines = decodeUtf8(cursor.take(cursor.u64()));
  noteCut(cursor, 'the descriptions of events', problems);
  const cpuCount = cursor.u32();
  if (cursor.isCut) return;
  contents.cpuCount = cpuCount;
  const instances: Instance[] = [];
  let tag = readTag(cursor);
  if (tag.startsWith('options')) {
    readOptions(cursor, contents, instances);
    tag = readTag(cursor);
  }
  readBuffer(cursor, tag, { name: '', offset: cursor.at, cpus: 0 }, head, contents, sinks);
  for (const instance of instances) {
    const inner = new FileCursor(source, instance.offset, head.isBigEndian);
    readBuffer(inner, readTag(inner), instance, head, contents, sinks);
  }
}

function readTag(cursor: FileCursor): string {
  return decodeUtf8(cursor.take(TAG_BYTES));
}

function readOptions(cursor: FileCursor, contents: DatContents, instances: Instance[]): void {
  for (;;) {
    const id = cursor.u16();
    if (id === OPTION.done || cursor.isCut) return;
    const data = cursor.take(cursor.u32());
    if (cursor.isCut) return;
    if (id !== OPTION.buffer) {
      readCommonOption(id, data, cursor.isBigEndian, contents);
      continue;
    }
    const option = new FileCursor(memorySource(data), 0, cursor.isBigEndian);
    const offset = option.u64();
    const name = option.text();
    instances.push({ name, offset, cpus: option.left >= 4 ? option.u32() : 0 });
  }
}

function readBuffer(
  cursor: FileCursor,
  tag: string,
  instance: Instance,
  head: DatHead,
  contents: DatContents,
  { problems }: DatSinks,
): void {
  const { place } = cursor;
  if (tag.startsWith('latency')) {
    contents.latencyText = 'latency';
    return;
  }
  const name = instance.name === '' ? 'the file' : `the instance ${instance.name}`;
  if (!tag.startsWith('flyrecord')) {
    problems.add(`The trace data of ${name} is missing.`, CUT_HINT, null, place);
    return;
  }
  const count = instance.cpus > 0 ? instance.cpus : contents.cpuCount;
  if (count > MAX_CPUS)
    problems.add(`The file claims ${count} CPUs; ${MAX_CPUS} of them are read.`, CUT_HINT, null, place);
  const cpus = readCpuList(cursor, count, false);
  noteCut(cursor, `the list of CPUs of ${name}`, problems);
  let { clock } = contents;
  if (clock !== null) {
    // Behind the list, if the option TRACECLOCK is there: the clock in use.
    const size = cursor.u64();
    clock = chosenClock(decodeUtf8(cursor.take(Math.min(size, MAX_CLOCK_TEXT)))) ?? clock;
    if (instance.name === '') contents.clock = clock;
  }
  contents.buffers.push({
    name: instance.name,
    clock,
    pageBytes: head.pageBytes,
    isPacked: false,
    cpus,
  });
}

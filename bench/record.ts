/**
 * What it costs to read the running kernel's events, and the rate that is held without a loss. Needs the rights to trace.
 * Usage: node out/bench/record.js [--rate-seconds N]
 *
 * Cost: events of migration fill a buffer (memory is fragmented and compacted), tracing is switched off, and the
 * same buffer is read as text (`trace`, whose lines are those of trace_pipe) and then as pages (trace_pipe_raw). CPU time of this process, which
 * holds the kernel's work of writing the lines as well.
 * Rate: a process makes system calls as fast as it can, two events each, while a session records them; and how many
 * the recorder could read in a second, by its own CPU time.
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { EventTable } from '../src/trace/formats/kernelEvents/eventTable';
import { CommTable } from '../src/trace/formats/kernelEvents/commTable';
import { CpuCursor } from '../src/trace/formats/traceDat/cpuCursor';
import { pageLayout } from '../src/trace/formats/traceDat/pageLayout';
import { createTraceReader } from '../src/trace/formats/read';
import { LiveTally } from '../src/trace/live/liveTally';
import { CpuBuffers } from '../src/recorder/cpuBuffers';
import { instanceName } from '../src/recorder/instanceName';
import { PageStore } from '../src/recorder/pageStore';
import type { SessionOptions } from '../src/recorder/recordingSession';
import { ownProcess, RecordingSession } from '../src/recorder/recordingSession';
import { runSession } from '../src/recorder/runSession';
import { systemFiles } from '../src/recorder/sysFiles';
import { findTracefs } from '../src/recorder/tracefs';
import { TraceInstance } from '../src/recorder/traceInstance';

const BUFFER_BYTES = 64 * 2 ** 20;
const WANTED_EVENTS = 300_000;
const MAX_ROUNDS = 12;
const ASKER = {
  platform: process.platform,
  uid: process.getuid?.() ?? -1,
  sudoCommand: 'sudo node out/bench/record.js',
};
const OPTIONS: SessionOptions = {
  clock: 'mono',
  bufferBytes: BUFFER_BYTES,
  events: null,
  pids: [],
  reasons: [],
  functionGraph: false,
  limits: { seconds: Infinity, bytes: 2 ** 33, events: Infinity },
  asker: ASKER,
  temporaryFolder: tmpdir(),
};

/** ms of CPU, and what `work` gave. */
function spent<T>(work: () => T): { ms: number; value: T } {
  const before = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1000, value };
}

function costs(): void {
  const tracefs = findTracefs(systemFiles, ASKER);
  const instance = TraceInstance.create(
    systemFiles,
    tracefs,
    instanceName(ownProcess(systemFiles), 'be0000'),
  );
  const folder = join(tmpdir(), `bench-record-${process.pid}`);
  try {
    instance.configure(OPTIONS);
    instance.switchOn();
    for (let round = 0; round < MAX_ROUNDS && entries(instance) < WANTED_EVENTS; round++)
      spawnSync(process.execPath, ['test/support/fragmentMemory.mjs', '1024', String(256 << (round % 4))]);
    instance.switchOff();
    const text = spent(() => readText(`${instance.folder}/trace`));
    const pages = spent(() => readPages(instance, folder));
    const rate = (events: number, ms: number) =>
      `${Math.round(events / ms).toLocaleString('en')} thousand events per second of CPU`;
    console.log(`text:  ${text.value} events, ${text.ms.toFixed(0)} ms: ${rate(text.value, text.ms)}`);
    console.log(`pages: ${pages.value} events, ${pages.ms.toFixed(0)} ms: ${rate(pages.value, pages.ms)}`);
  } finally {
    instance.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

function entries(instance: TraceInstance): number {
  return [0, 1, 2, 3].reduce((sum, cpu) => {
    try {
      const stats = systemFiles.read(`${instance.folder}/per_cpu/cpu${cpu}/stats`);
      return sum + Number(/^entries: (\d+)/.exec(stats)?.[1] ?? 0);
    } catch {
      return sum;
    }
  }, 0);
}

function readText(path: string): number {
  const reader = createTraceReader({ source: 'trace' });
  const file = openSync(path, 'r');
  const block = new Uint8Array(1 << 16);
  for (let got = 1; got > 0;) {
    got = readSync(file, block, 0, block.length, null);
    reader.push(block.subarray(0, got));
  }
  closeSync(file);
  return reader.finish().value.events.length;
}

/** As a session does it: pages to disk, events counted. */
function readPages(instance: TraceInstance, folder: string): number {
  const tally = new LiveTally(() => 0);
  const events = `${instance.tracefs}/events`;
  const layout = pageLayout(
    systemFiles.read(`${events}/header_page`),
    systemFiles.read(`${events}/header_event`),
    false,
    tally.problems,
  );
  const table = new EventTable({ recording: tally, comms: new CommTable(tally), isBigEndian: false });
  for (const event of instance.events) table.add(instance.formatOf(event), 0);
  const store = new PageStore(folder);
  const buffers = new CpuBuffers(systemFiles, instance.folder, layout, 4096, BUFFER_BYTES);
  buffers.openNew();
  const drained = () =>
    buffers.drain((cpu, pages, bytes) => {
      store.append(cpu, bytes);
      new CpuCursor({ cpu, pages, layout, table, recording: tally, nsPerCount: 1, offsetNs: 0 }).run(
        Infinity,
        true,
        Infinity,
      );
    });
  for (let isEmpty = false; !isEmpty;) isEmpty = drained();
  buffers.close();
  store.remove();
  return tally.eventCount;
}

async function heldRate(seconds: number, bufferBytes: number): Promise<void> {
  const options = { ...OPTIONS, bufferBytes, events: ['raw_syscalls', 'migrate'] };
  const session = RecordingSession.start(systemFiles, options);
  const load = spawn('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1'], { stdio: 'ignore' });
  try {
    const before = process.cpuUsage();
    const end = performance.now() + seconds * 1000;
    await runSession(session, {
      wanted: () => (performance.now() >= end ? 'asked' : null),
      figuresEveryMs: 250,
      onFigures: () => undefined,
    });
    const { user, system } = process.cpuUsage(before);
    const { eventCount, bufferPeak, lostEvents } = session.figures();
    const cpu = (user + system) / 1e6;
    console.log(
      `rate:  ${Math.round(eventCount / session.seconds).toLocaleString('en')} events/s for ${session.seconds.toFixed(1)} s, ${lostEvents} lost, buffer ${bufferBytes / 2 ** 20} MiB per CPU, fullest ${Math.round(bufferPeak * 100)} %; recorder ${((cpu / session.seconds) * 100).toFixed(0)} % of a CPU`,
    );
  } finally {
    load.kill();
    session.discard();
  }
}

async function main(): Promise<void> {
  const at = process.argv.indexOf('--rate-seconds');
  const seconds = at < 0 ? 10 : Number(process.argv[at + 1]);
  costs();
  for (const mebibytes of [1, 8, 32]) await heldRate(seconds, mebibytes * 2 ** 20);
}

void main();

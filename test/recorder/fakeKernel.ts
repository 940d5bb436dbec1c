/** A tracefs in memory that gives what a real kernel gave (test/fixtures/recorder), and keeps account of what is done to it. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { SysFiles } from '../../src/recorder/sysFiles';

const FIXTURES = 'test/fixtures/recorder';
const PAGE = 4096;
const TRACEFS = '/sys/kernel/tracing';

export interface Fault {
  readonly path: RegExp;
  readonly act: 'read' | 'write' | 'list' | 'makeFolder' | 'removeFolder' | 'probe';
  readonly code: string;
}

export class FakeKernel implements SysFiles {
  /** `write PATH TEXT`, `makeFolder PATH` …, in order. */
  readonly log: string[] = [];
  /** Folders below instances/. */
  readonly instances = new Set<string>();
  readonly faults: Fault[] = [];
  /** CPUs whose buffers can be seen. */
  cpus = [0, 1];
  /** Pages a CPU gives before it says that none waits. */
  pagesPerPoll = 16;
  /** Texts that replace the recorded ones. */
  readonly texts = new Map<string, string>();
  readonly opened = new Set<number>();
  private readonly recorded = JSON.parse(
    gunzipSync(readFileSync(`${FIXTURES}/files.json.gz`)).toString('utf8'),
  ) as Record<string, string[]>;
  private pages: Buffer[] = [0, 1].map((cpu) => gunzipSync(readFileSync(`${FIXTURES}/cpu${cpu}.pages.gz`)));
  private readonly at = [0, 0];
  private readonly polled = [0, 0];
  private readonly reads = new Map<string, number>();
  private isOn = false;

  constructor() {
    this.texts.set(`/proc/${process.pid}/stat`, statOf(process.pid, 'node (x) y', 4242));
    this.texts.set('/proc/filesystems', 'nodev\tsysfs\nnodev\ttracefs\n\text4\n');
  }

  /** Pages not read yet. */
  get waiting(): number {
    return this.pages.reduce((sum, bytes, cpu) => sum + (bytes.length - this.at[cpu]!) / PAGE, 0);
  }

  /** Replaces all pages that wait: those of CPU 0, and none elsewhere. */
  givePages(bytes: Buffer): void {
    this.pages = [bytes, Buffer.alloc(0)];
  }

  /** Makes a process of this number known. */
  addProcess(pid: number, startTicks: number): void {
    this.texts.set(`/proc/${pid}/stat`, statOf(pid, 'other', startTicks));
  }

  probe(path: string): 'present' | 'missing' | 'forbidden' {
    const fault = this.faults.find((one) => one.act === 'probe' && one.path.test(path));
    if (fault !== undefined) return fault.code === 'ENOENT' ? 'missing' : 'forbidden';
    if (path === `${TRACEFS}/instances` || path === '/sys/devices/system/node') return 'present';
    const name = topLevel(this.nameOf(path));
    if (this.texts.has(path) || this.recorded[name] !== undefined) return 'present';
    return Object.keys(this.recorded).some((known) => known.startsWith(`${name}/`)) ? 'present' : 'missing';
  }

  read(path: string): string {
    this.check('read', path);
    const own = this.texts.get(path);
    if (own !== undefined) return own;
    const name = this.nameOf(path);
    const texts = this.recorded[name] ?? this.recorded[topLevel(name)];
    if (texts === undefined) throw systemError('ENOENT', path);
    const turn = this.reads.get(name) ?? 0;
    this.reads.set(name, turn + 1);
    return texts[Math.min(turn, texts.length - 1)]!;
  }

  write(path: string, text: string): void {
    this.check('write', path);
    this.log.push(`write ${this.nameOf(path)} ${text}`);
    if (path.endsWith('/tracing_on')) this.isOn = text === '1';
  }

  list(path: string): string[] {
    this.check('list', path);
    if (path === `${TRACEFS}/instances`) return [...this.instances];
    if (path.endsWith('/per_cpu')) return this.cpus.map((cpu) => `cpu${cpu}`);
    const prefix = `${topLevel(this.nameOf(path))}/`;
    const names = Object.keys(this.recorded).filter((known) => known.startsWith(prefix));
    return [...new Set(names.map((known) => known.slice(prefix.length).split('/')[0]!))];
  }

  makeFolder(path: string): void {
    this.check('makeFolder', path);
    this.log.push(`makeFolder ${this.nameOf(path)}`);
    this.instances.add(path.split('/').at(-1)!);
    this.isOn = true;
  }

  removeFolder(path: string): void {
    this.check('removeFolder', path);
    const name = path.split('/').at(-1)!;
    if (!this.instances.delete(name)) throw systemError('ENOENT', path);
    this.log.push(`removeFolder ${name}`);
  }

  openPages(path: string): number {
    const cpu = Number(/cpu(\d+)\/trace_pipe_raw$/.exec(path)?.[1]);
    this.opened.add(cpu);
    return cpu;
  }

  readPage(file: number, bytes: Uint8Array, at: number, length: number): number {
    const pages = this.pages[file];
    // What was written before it was switched off is read to the end.
    const isPaused = this.isOn && this.polled[file]! >= this.pagesPerPoll;
    if (pages === undefined || isPaused || this.at[file]! >= pages.length || length < PAGE) {
      if (pages !== undefined) this.polled[file] = 0;
      return 0;
    }
    this.polled[file]!++;
    bytes.set(pages.subarray(this.at[file], this.at[file]! + PAGE), at);
    this.at[file]! += PAGE;
    return PAGE;
  }

  close(file: number): void {
    this.opened.delete(file);
  }

  private nameOf(path: string): string {
    return path.replace(/instances\/migtrace-[^/]+/, 'instances/INSTANCE');
  }

  private check(act: Fault['act'], path: string): void {
    const fault = this.faults.find((one) => one.act === act && one.path.test(path));
    if (fault !== undefined) throw systemError(fault.code, path);
  }
}

/** The events of an instance are those of the top level. */
function topLevel(name: string): string {
  return name.replace('/instances/INSTANCE/events', '/events');
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: no, '${path}'`), { code });
}

function statOf(pid: number, comm: string, startTicks: number): string {
  const fields = ['S', ...Array.from({ length: 18 }, (_, i) => String(i)), String(startTicks), '0', '0'];
  return `${pid} (${comm}) ${fields.join(' ')}\n`;
}

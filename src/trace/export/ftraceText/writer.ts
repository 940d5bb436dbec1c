/**
 * Events as the tracefs file `trace` shows them (kernel/trace/trace.c and trace_output.c): header, then a line for each
 * event, task, CPU, flags, seconds to the µs. A recording's own text comes back but for what the model does not keep:
 * the flags, and the fields of events that are known by name only.
 */
import { EVENT_TYPES, type EventType } from '../../model';
import { ChunkWriter } from '../chunkWriter';
import type { EventStream } from '../events/eventStream';
import { endText, flushText, type KernelWords, startText } from './texts';

export interface FtraceTextOptions {
  readonly words: KernelWords;
  /** Comment lines before everything else, without their `# `. */
  readonly preface: readonly string[];
  /** As `entries-in-buffer/entries-written` says them; null: not known before the end, the line is left out. */
  readonly entries: { readonly held: number; readonly written: number; readonly cpus: number } | null;
}

const COMM_WIDTH = 16;
/** irqs-off, need-resched, hardirq or softirq, preempt-depth, migrate-disable: not kept by the model, shown as off. */
const FLAGS = '.....';

const LEGEND = `#                                _-----=> irqs-off/BH-disabled
#                               / _----=> need-resched
#                              | / _---=> hardirq/softirq
#                              || / _--=> preempt-depth
#                              ||| / _-=> migrate-disable
#                              |||| /     delay
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
#              | |         |   |||||     |         |
`;

export function* ftraceText(events: EventStream, options: FtraceTextOptions): Generator<Uint8Array> {
  const out = new ChunkWriter();
  out.text(header(options));
  const line = new EventLine(out, options.words);
  while (events.next()) {
    line.write(events);
    if (out.isFull) yield out.take();
  }
  yield out.take();
}

function header({ preface, entries }: FtraceTextOptions): string {
  const comments = preface.map((text) => `# ${text.replaceAll(/\s+/g, ' ')}\n`).join('');
  const counts =
    entries === null
      ? ''
      : `# entries-in-buffer/entries-written: ${entries.held}/${entries.written}   #P:${entries.cpus}\n#\n`;
  return `${comments}# tracer: nop\n#\n${counts}${LEGEND}`;
}

class EventLine {
  private readonly out: ChunkWriter;
  private readonly words: KernelWords;
  private comm = '';
  private pid = NaN;
  private cpu = NaN;
  private task = '';
  private second = NaN;
  private secondText = '';

  constructor(out: ChunkWriter, words: KernelWords) {
    this.out = out;
    this.words = words;
  }

  write(event: EventStream): void {
    const { out } = this;
    const { type } = event;
    const name = EVENT_TYPES[type] as EventType;
    if (name === 'lost') {
      // print_trace_line(), kernel/trace/trace.c.
      out.text(
        event.a < 0 ? `CPU:${event.cpu} [LOST EVENTS]\n` : `CPU:${event.cpu} [LOST ${event.a} EVENTS]\n`,
      );
      return;
    }
    this.head(event);
    switch (name) {
      case 'set_migration_pte':
      case 'remove_migration_pte':
        this.entry(event, 'pte=', true);
        break;
      case 'set_migration_pmd':
      case 'remove_migration_pmd':
        this.entry(event, 'pmd=', false);
        break;
      case 'tlb_flush':
        out.text(`tlb_flush: ${flushText(event.a, event.b, this.words)}\n`);
        break;
      case 'mm_migrate_pages_start':
        out.text(`mm_migrate_pages_start: ${startText(event.summary(event.a))}\n`);
        break;
      case 'mm_migrate_pages':
        out.text(`mm_migrate_pages: ${endText(event.summary(event.a))}\n`);
        break;
      case 'mm_compaction_migratepages':
        out.text(`mm_compaction_migratepages: nr_migrated=${event.a} nr_failed=${unsigned(event.b)}\n`);
        break;
      case 'marker':
        out.text(`tracing_mark_write: ${oneLine(event.text)}\n`);
        break;
      case 'other':
      default:
        out.text(`${oneLine(event.text)}:\n`);
    }
  }

  /** `%16s-%-7d [%03d] flags %5lu.%06lu: ` */
  private head({ comm, pid, cpu, timeNs }: EventStream): void {
    const { out } = this;
    if (pid !== this.pid || cpu !== this.cpu || comm !== this.comm) {
      this.comm = comm;
      this.pid = pid;
      this.cpu = cpu;
      const name = oneLine(comm).slice(0, COMM_WIDTH).padStart(COMM_WIDTH);
      this.task = `${name}-${String(pid).padEnd(7)} [${String(cpu).padStart(3, '0')}] ${FLAGS} `;
    }
    // ns2usecs(): to the nearest.
    const us = Math.floor((timeNs + 500) / 1000);
    const fraction = us % 1e6;
    const second = (us - fraction) / 1e6;
    if (second !== this.second) {
      this.second = second;
      this.secondText = `${String(second).padStart(5)}.`;
    }
    out.text(this.task);
    out.text(this.secondText);
    digits(out, fraction, 6);
    out.text(': ');
  }

  /** `addr=%lx, pte=%lx order=%d`, `addr=%lx, pmd=%lx`. */
  private entry(event: EventStream, word: string, hasOrder: boolean): void {
    const { out } = this;
    out.text(EVENT_TYPES[event.type] as string);
    out.text(': addr=');
    hexadecimal(out, Math.floor(event.a / 2 ** 32), event.a % 2 ** 32);
    out.text(', ');
    out.text(word);
    hexadecimal(out, event.hi, event.lo);
    if (hasOrder) {
      out.text(' order=');
      out.text(String(event.b));
    }
    out.byte(NEWLINE);
  }
}

const NEWLINE = 10;
const ZERO = 48;
const HEX = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

function digits(out: ChunkWriter, value: number, width: number): void {
  out.ensure(width);
  for (let i = width - 1, left = value; i >= 0; i--) {
    const next = Math.floor(left / 10);
    out.bytes[out.length + i] = ZERO + (left - next * 10);
    left = next;
  }
  out.length += width;
}

/** `%lx` of two words of 32 bits. */
function hexadecimal(out: ChunkWriter, high: number, low: number): void {
  out.ensure(16);
  let started = false;
  for (let i = 15; i >= 0; i--) {
    const digit = i >= 8 ? (high >>> ((i - 8) * 4)) & 15 : (low >>> (i * 4)) & 15;
    started ||= digit !== 0 || i === 0;
    if (started) out.bytes[out.length++] = HEX[digit] as number;
  }
}

/** `%lu`. A design that counts pages twice (v2) leaves fewer than none. */
function unsigned(value: number): string {
  return value < 0 ? BigInt.asUintN(64, BigInt(value)).toString() : String(value);
}

/** A text within one line. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ');
}

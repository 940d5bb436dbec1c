/** From the pages of a stopped recording to a trace: all CPUs merged in time, with the machine and the kernel's own counters. */
import type { Parsed } from '../base/problem';
import { counterDeltas } from '../trace/companions/vmstat';
import { Recording } from '../trace/calls/recording';
import { CommTable } from '../trace/formats/kernelEvents/commTable';
import { COUNTING_CLOCKS } from '../trace/formats/kernelEvents/traceClocks';
import { GraphEvents } from '../trace/formats/kernelEvents/graphEvents';
import { KernelSymbols } from '../trace/formats/kernelEvents/kernelSymbols';
import type { EventSink } from '../trace/formats/kernelEvents/eventSink';
import { CpuCursor } from '../trace/formats/traceDat/cpuCursor';
import { CpuMerge } from '../trace/formats/traceDat/merge';
import type { MigrationTrace } from '../trace/model';
import { StoredPages } from './pageBlocks';
import { OnlyCalls } from './onlyCalls';
import { type RecordingSession, STOP_REASONS } from './recordingSession';
import { readOrEmpty } from './sysFiles';
import { checkVmstat, type VmstatCheck } from './vmstatCheck';

export interface FinishedRecording {
  readonly parsed: Parsed<MigrationTrace>;
  readonly check: VmstatCheck;
}

/** Memory for the blocks of all CPUs. */
const BLOCKS_BYTES = 1 << 26;
const MAX_BLOCK = 1 << 18;
const MIN_BLOCK = 1 << 17;
const STEP_EVENTS = 1 << 17;

/**
 * @param notes free words to keep with the trace
 * @param progress called every few tens of milliseconds with bytes done, of how many
 */
export function finishRecording(
  session: RecordingSession,
  notes: readonly string[],
  progress: (done: number, total: number) => void = () => undefined,
): FinishedRecording {
  const { options, files } = session;
  const recording = new Recording('migtrace', { source: '', machine: session.machine });
  const lost = readPages(session, recording, progress);
  const { overrun, commitOverrun, dropped } = session.losses;
  recording.overrun += Math.max(0, overrun - lost) + commitOverrun + dropped;
  noteLosses(session, recording);
  if (COUNTING_CLOCKS.has(options.clock)) {
    recording.problems.add(
      `The trace clock ${options.clock} counts no nanoseconds: durations mean nothing.`,
      'Record with --clock mono, boot or local for durations.',
    );
  }
  const parsed = recording.finish();
  const { beforeOn, afterOff } = session.vmstatReadings;
  const value: MigrationTrace = {
    ...parsed.value,
    provenance: {
      ...parsed.value.provenance,
      kernel: readOrEmpty(files, '/proc/sys/kernel/osrelease').trim() || null,
      clock: options.clock,
      notes: [...describe(session), ...notes],
    },
    machine: session.machine,
    counters: counterDeltas(beforeOn, afterOff),
  };
  const { totals } = session.tally.figures(String);
  const check = checkVmstat(session.vmstatReadings, {
    totals,
    lostEvents: value.lostEvents,
    isFiltered: options.pids.length > 0 || options.reasons.length > 0,
    hasSummaries: session.instance.events.includes('migrate/mm_migrate_pages'),
  });
  return { parsed: { ...parsed, value }, check };
}

/** Returns how many lost events the pages tell of. */
function readPages(
  session: RecordingSession,
  recording: Recording,
  progress: (done: number, total: number) => void,
): number {
  const { options, layout, store } = session;
  const comms = new CommTable(recording);
  for (const [pid, name] of session.tasks.names) comms.set(pid, name);
  const { reasons } = options;
  const sink: EventSink =
    reasons.length > 0 ? new OnlyCalls(recording, reasons.includes('compaction')) : recording;
  const graph = options.functionGraph ? new GraphEvents(recording, comms, symbolsOf(session)) : undefined;
  const table = session.eventTable(sink, comms, graph);
  const cpus = store.cpus();
  const blockBytes = Math.max(MIN_BLOCK, Math.min(MAX_BLOCK, BLOCKS_BYTES / Math.max(1, cpus.length)));
  const cursors = cpus.map((cpu) => {
    const pages = new StoredPages(store, cpu, layout, blockBytes);
    return new CpuCursor({ cpu, pages, layout, table, recording: sink, nsPerCount: 1, offsetNs: 0 });
  });
  const merge = new CpuMerge(cursors);
  while (!merge.isDone) {
    merge.run(STEP_EVENTS);
    progress(
      cursors.reduce((sum, { pages }) => sum + pages.done, 0),
      store.bytes,
    );
  }
  graph?.finish();
  return cursors.reduce((sum, cursor) => sum + cursor.lost, 0);
}

/** Users who may not see addresses get zeros there (kptr_restrict): functions keep their addresses for names then. */
function symbolsOf({ files }: RecordingSession): KernelSymbols {
  return new KernelSymbols(() => new TextEncoder().encode(readOrEmpty(files, '/proc/kallsyms')));
}

function noteLosses(session: RecordingSession, recording: Recording): void {
  const { overrun, commitOverrun, dropped } = session.losses;
  const total = overrun + commitOverrun + dropped;
  if (total === 0) return;
  recording.problems.add(
    `The kernel lost ${total} events before they could be read (overrun ${overrun}, commit overrun ${commitOverrun}, dropped ${dropped}). Sums and calls are incomplete there.`,
    'Record with a larger --buffer, or with fewer events.',
  );
}

function describe(session: RecordingSession): string[] {
  const { options, instance } = session;
  const mebibytes = options.bufferBytes / 2 ** 20;
  const filters = [
    ...(options.pids.length > 0 ? [`tasks ${options.pids.join(', ')} and what they forked`] : []),
    ...(options.reasons.length > 0 ? [`reasons ${options.reasons.join(', ')}`] : []),
  ];
  return [
    `Recorded live by MigTrace for ${session.seconds.toFixed(3)} s, ${mebibytes} MiB of buffer per CPU; ended by ${STOP_REASONS[session.stoppedBy ?? 'asked']}.`,
    ...(filters.length > 0 ? [`Only ${filters.join('; ')}.`] : []),
    ...instance.remarks,
  ];
}

/** A trace, or a simulated run of it, as ftrace text. */
import type { Run } from '../../../engine/sim/run';
import { EVENT_TYPES, type MigrationTrace } from '../../model';
import { EVENT_CODES } from '../../calls/eventColumns';
import { RecordedEvents } from '../events/recordedEvents';
import { SimulatedEvents } from '../events/simulatedEvents';
import { wordsOf } from './texts';
import { ftraceText } from './writer';

/** The events of a recording. */
export function recordedFtraceText(trace: MigrationTrace): Generator<Uint8Array> {
  const { events, lostEvents } = trace;
  let lostWithin = 0;
  let held = 0;
  let lastCpu = 0;
  for (let row = 0; row < events.length; row++) {
    lastCpu = Math.max(lastCpu, events.cpu[row] as number);
    if (events.type[row] === EVENT_CODES.lost) lostWithin += Math.max(0, events.a[row] as number);
    else held++;
  }
  // Lost before the first event: overwritten in the ring buffer.
  const overwritten = Math.max(0, lostEvents - lostWithin);
  const others = events.type.includes(OTHER) ? [ONLY_NAMES] : [];
  return ftraceText(new RecordedEvents(trace), {
    words: wordsOf(trace.provenance.kernel),
    preface: others,
    entries: { held, written: held + overwritten, cpus: lastCpu + 1 },
  });
}

const OTHER = EVENT_TYPES.indexOf('other');
const ONLY_NAMES =
  'Written by MigTrace: of events other than those of page migration and TLB flushes only the names are kept.';

/**
 * The events that the kernel of a simulated run would print. Its first line says that no kernel did. `trace`: what the
 * run was played from.
 */
export function simulatedFtraceText(run: Run, trace: MigrationTrace): Generator<Uint8Array> {
  const kernel = run.config?.kernel ?? '';
  const { input } = run.provenance;
  return ftraceText(new SimulatedEvents(run, trace.workload), {
    words: wordsOf(kernel),
    preface: [
      `SIMULATED by MigTrace, not recorded by a kernel: ${run.title} on ${run.machine?.name ?? 'no machine'}${input === '' ? '' : `, from ${input}`}.`,
      `The events are those that Linux ${kernel} would print. Times begin at 0, the start of the run.`,
      'Addresses are those of the workload. A run has no page frame numbers: folios are numbered in their order from 0x200,',
      'and have 0x100000000 added when they have moved. Without an address, a folio has that of its frame.',
      'TLB flushes are printed on the CPU that asks for them, one event for each; the run does not say which CPUs receive them.',
    ],
    entries: null,
  });
}

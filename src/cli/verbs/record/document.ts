/** What `migtrace record` says at the end, as a document and for people. */
import { traceInfo } from '../../../analysis/info';
import type { FinishedRecording } from '../../../recorder/finishRecording';
import { type RecordingSession, STOP_REASONS } from '../../../recorder/recordingSession';
import { bytes, textTable } from '../../table';

export interface CommandEnd {
  readonly args: readonly string[];
  readonly pid: number | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
}

export function recordDocument(
  session: RecordingSession,
  finished: FinishedRecording,
  output: { readonly file: string; readonly bytes: number },
  command: CommandEnd | null,
) {
  const info = traceInfo(finished.parsed);
  const { options, losses, tally, seconds } = session;
  const { counters, agrees, reason } = finished.check;
  return {
    ...info,
    output: output.file,
    bytes: output.bytes,
    seconds,
    stoppedBy: session.stoppedBy,
    command,
    recorded: {
      events: tally.eventCount,
      events_per_second: seconds > 0 ? tally.eventCount / seconds : 0,
      page_bytes: session.store.bytes,
      buffer_bytes_per_cpu: options.bufferBytes,
      instance: session.instance.folder,
      remarks: session.instance.remarks,
      removed_stale: session.cleaned.removed,
    },
    lost: { overrun: losses.overrun, commit_overrun: losses.commitOverrun, dropped: losses.dropped },
    vmstat: {
      counters: counters.map(({ counter, field, recorded, atLeast, atMost, agrees: same }) => ({
        name: counter,
        field,
        recorded,
        counted: atLeast === atMost ? atMost : { atLeast, atMost },
        agrees: same,
      })),
      agrees,
      reason,
    },
    agrees,
  };
}
export type RecordDocument = ReturnType<typeof recordDocument>;

export function recordForPeople(document: RecordDocument): string {
  const { totals, calls, vmstat, recorded } = document;
  const lines = [
    `${document.output}: ${bytes(document.bytes)}, ${recorded.events} events in ${document.seconds.toFixed(2)} s (${Math.round(recorded.events_per_second)}/s), ended by ${STOP_REASONS[document.stoppedBy ?? 'asked']}`,
    `Linux ${document.kernel ?? 'unknown'}, clock ${document.clock ?? 'unknown'}; ${calls.total} calls (${calls.complete} complete), ${document.lostEvents} events lost`,
    `${totals.nr_succeeded} pages moved, ${totals.nr_failed} failed; THPs: ${totals.nr_thp_succeeded} moved, ${totals.nr_thp_failed} failed, ${totals.nr_thp_split} split`,
    '',
  ];
  const reasons = Object.entries(document.byReason).map(([reason, sums]) => [
    reason,
    String(sums.calls),
    String(sums.nr_succeeded),
    String(sums.nr_failed),
    String(sums.nr_thp_succeeded),
    String(sums.nr_split),
  ]);
  const counters = vmstat.counters.map(({ name, recorded: got, counted, agrees }) => [
    name,
    String(got),
    typeof counted === 'number' ? String(counted) : `${counted.atLeast}..${counted.atMost}`,
    agrees ? 'yes' : 'NO',
  ]);
  const verdict = document.agrees
    ? 'What was recorded agrees with /proc/vmstat.'
    : `What was recorded does not agree with /proc/vmstat: ${vmstat.reason}`;
  const byReason =
    reasons.length === 0
      ? 'The kernel migrated nothing meanwhile.\n'
      : textTable(['reason', 'calls', 'moved', 'failed', 'THPs moved', 'split'], reasons);
  return `${lines.join('\n')}${byReason}
${textTable(['/proc/vmstat', 'recorded', 'counted', 'agrees'], counters)}${verdict}\n`;
}

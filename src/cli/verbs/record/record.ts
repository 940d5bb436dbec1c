import { chownSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { finishRecording } from '../../../recorder/finishRecording';
import { RecorderProblem } from '../../../recorder/recorderProblem';
import type { StopReason } from '../../../recorder/recordingSession';
import { ownProcess, RecordingSession } from '../../../recorder/recordingSession';
import { runSession } from '../../../recorder/runSession';
import { cleanFolders, cleanInstances } from '../../../recorder/stale';
import { systemFiles } from '../../../recorder/sysFiles';
import { findTracefs } from '../../../recorder/tracefs';
import { writeMigtracePacked } from '../../../trace/formats/migtrace/writer';
import { writeWhole } from '../../files';
import type { Verb, VerbContext } from '../../usage';
import { WorkError } from '../../usage';
import type { RunningCommand } from './command';
import { startCommand } from './command';
import { recordDocument, recordForPeople } from './document';
import { liveLine } from './liveLine';
import type { RecordArguments } from './options';
import { parseRecordArguments } from './options';

const LIVE_MS = 1000;

export const record: Verb = {
  name: 'record',
  summary: 'records page migration from the running kernel',
  help: `migtrace record -o OUT.migtrace [options] [-- COMMAND ARGS…]
migtrace record --clean

Records through a tracing instance of its own (tracefs); what others trace is not touched. Ends with the
command, at a limit, or with Ctrl+C, and then writes the file; a second Ctrl+C gives the recording up.
Tells each second what happens, and at the end whether the sums agree with /proc/vmstat.
Needs the rights to trace: without them it says what to run.

  --seconds N        stop after this time
  --size 256M        stop when the kernel's pages take as much on disk (TMPDIR says where)
  --max-events N     stop after so many events
  --events A,B       system or system:event; default: migrate, compaction:mm_compaction_migratepages, _begin
                     and _end, thp:set_migration_pmd and remove_migration_pmd, tlb:tlb_flush
  --clock mono       a clock of tracefs trace_clock
  --buffer 8M        buffer of each CPU; make it bigger when events are lost
  --pid P,Q          only what these tasks do, and those they fork
  --reason A,B       only calls for these reasons (compaction, demotion, numa_misplaced …)
  --function-graph   also how long the steps take, where the kernel has that tracer in instances
  --clean            remove what killed recorders left behind, and nothing else
  --json             one JSON document on stdout

Example:
  migtrace record -o compaction.migtrace --seconds 10 --buffer 16M
`,
  run: async (args, context) => {
    const parsed = parseRecordArguments(args);
    try {
      if (parsed.clean) clean(parsed.json, context);
      else await recordInto(parsed, context);
    } catch (error) {
      if (!(error instanceof RecorderProblem)) throw error;
      const commands = error.commands.map((command) => `\n  ${command}`).join('');
      throw new WorkError(
        `migtrace record: ${error.message}${commands === '' ? '' : `\n${error.commands.length > 1 ? 'Run one of these' : 'Run'}:${commands}`}`,
      );
    }
  },
};

function clean(json: boolean, context: VerbContext): void {
  const self = ownProcess(systemFiles);
  const folders = cleanFolders(systemFiles, resolve(tmpdir()), self);
  const asker = {
    platform: process.platform,
    uid: process.getuid?.() ?? -1,
    sudoCommand: 'sudo migtrace record --clean',
  };
  const instances = cleanInstances(systemFiles, findTracefs(systemFiles, asker), self);
  const kept = [...instances.kept, ...folders.kept];
  if (json) {
    const document = { schema: 1, instances: instances.removed, folders: folders.removed, kept };
    context.stdout(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    for (const name of instances.removed) context.stdout(`removed the tracing instance ${name}\n`);
    for (const name of folders.removed) context.stdout(`removed the pages of ${name}\n`);
    for (const { name, why } of kept) context.stdout(`kept ${name}: ${why}\n`);
    if (instances.removed.length + folders.removed.length + kept.length === 0)
      context.stdout('Nothing was left behind.\n');
  }
}

async function recordInto(options: RecordArguments, context: VerbContext): Promise<void> {
  let interrupts = 0;
  const session = RecordingSession.start(systemFiles, options.session);
  const restore = context.onInterrupt(() => {
    interrupts++;
    if (interrupts < 2) return false;
    session.discard();
    return true;
  });
  try {
    for (const name of session.cleaned.removed)
      context.stderr(`migtrace: removed ${name}, which a killed recorder had left behind.\n`);
    for (const remark of session.instance.remarks) context.stderr(`migtrace: ${remark}\n`);
    const command = options.command.length === 0 ? null : await startCommand(options.command, !options.json);
    let toldLost = 0;
    await runSession(session, {
      wanted: () => wantsToStop(interrupts, command),
      figuresEveryMs: LIVE_MS,
      onFigures: (figures) => {
        context.stderr(liveLine(figures, toldLost));
        toldLost = figures.lostEvents;
      },
    });
    const notes = options.command.length === 0 ? [] : [`Recorded command: ${options.command.join(' ')}`];
    const finished = finishRecording(session, notes);
    const content = writeMigtracePacked(finished.parsed.value);
    await writeWhole(options.output, content);
    giveToCaller(options.output);
    const file = { file: options.output, bytes: content.length };
    const document = recordDocument(session, finished, file, command?.ended() ?? null);
    for (const { message, hint } of document.problems) context.stderr(`migtrace: ${message} ${hint}\n`);
    context.stdout(options.json ? `${JSON.stringify(document, null, 2)}\n` : recordForPeople(document));
    if (command !== null && command.ended() === null) {
      context.stderr(
        'migtrace: the recording is over and written; the command still runs, and migtrace ends with it.\n',
      );
    }
  } finally {
    restore();
    session.discard();
  }
}

function wantsToStop(interrupts: number, command: RunningCommand | null): StopReason | null {
  if (interrupts > 0) return 'asked';
  return command !== null && command.ended() !== null ? 'command' : null;
}

/** A file made with sudo belongs to who called sudo. */
function giveToCaller(file: string): void {
  const [uid, gid] = [process.env['SUDO_UID'], process.env['SUDO_GID']].map(Number);
  if (process.getuid?.() === 0 && Number.isInteger(uid) && Number.isInteger(gid)) chownSync(file, uid!, gid!);
}

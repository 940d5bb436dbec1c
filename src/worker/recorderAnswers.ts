/** What the recorder's thread does when the host asks. */
import { mkdirSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { RecorderNotices, RecorderRequests, RecordOutcome, RecordProblem } from '../protocol/recording';
import type { Handlers } from '../protocol/rpc';
import { Cancelled } from '../protocol/rpc';
import { finishRecording } from '../recorder/finishRecording';
import { RecorderProblem } from '../recorder/recorderProblem';
import { RecordingSession, type SessionOptions } from '../recorder/recordingSession';
import { runSession } from '../recorder/runSession';
import { readOrEmpty, systemFiles } from '../recorder/sysFiles';
import { type Asker, findTracefs } from '../recorder/tracefs';
import { writeMigtracePacked } from '../trace/formats/migtrace/writer';

export type RecorderTold = { [K in keyof RecorderNotices]: (payload: RecorderNotices[K]) => void };

const FIGURES_MS = 250;
const PROGRESS_MS = 200;

export function createRecorderAnswers(tell: RecorderTold): Handlers<RecorderRequests> {
  /** Of the recording under way: somebody wants it to end. */
  let isStopWanted = false;

  return {
    offers: ({ sudoCommand }) => {
      try {
        const place = findTracefs(systemFiles, askerOf(sudoCommand));
        return {
          offers: {
            kernel: readOrEmpty(systemFiles, '/proc/sys/kernel/osrelease').trim(),
            clocks: readOrEmpty(systemFiles, `${place}/trace_clock`)
              .replaceAll(/[[\]]/g, '')
              .trim()
              .split(/\s+/),
            hasFunctionGraph: readOrEmpty(systemFiles, `${place}/available_tracers`).includes(
              'function_graph',
            ),
          },
        };
      } catch (error) {
        return { problem: problemOf(error) };
      }
    },
    record: async ({ settings, output, temporaryFolder, sudoCommand }, context) => {
      isStopWanted = false;
      const { seconds, bytes, ...instance } = settings;
      const options: SessionOptions = {
        ...instance,
        events: null,
        pids: [],
        reasons: [],
        limits: { seconds: seconds ?? Infinity, bytes, events: Infinity },
        asker: askerOf(sudoCommand),
        temporaryFolder: temporaryFolder ?? tmpdir(),
      };
      let session: RecordingSession | undefined;
      try {
        mkdirSync(dirname(output), { recursive: true });
        session = RecordingSession.start(systemFiles, options);
        await runSession(session, {
          wanted: () => (isStopWanted || context.cancelled() ? 'asked' : null),
          figuresEveryMs: FIGURES_MS,
          onFigures: tell.figures,
        });
        if (context.cancelled()) throw new Cancelled();
        return await write(session, output, tell);
      } catch (error) {
        if (error instanceof Cancelled) throw error;
        return { kind: 'problem', problem: problemOf(error) };
      } finally {
        session?.discard();
      }
    },
    stop: () => {
      isStopWanted = true;
      return null;
    },
  };
}

async function write(session: RecordingSession, output: string, tell: RecorderTold): Promise<RecordOutcome> {
  const figures = session.figures();
  tell.figures(figures);
  let told = performance.now();
  const { parsed, check } = finishRecording(session, [], (done, total) => {
    if (performance.now() - told < PROGRESS_MS) return;
    told = performance.now();
    tell.writing({ done, total });
  });
  const content = writeMigtracePacked(parsed.value);
  const temporary = join(dirname(output), `.${basename(output)}.${process.pid}.tmp`);
  try {
    await writeFile(temporary, content);
    await rename(temporary, output);
  } catch (error) {
    await rm(temporary, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new RecorderProblem(
      `${output} cannot be written: ${reason}. Free some room, or open another folder, and record again.`,
    );
  }
  return {
    kind: 'done',
    done: {
      file: output,
      bytes: content.length,
      // Of a whole recording the mean rate says more than that of its last moment.
      figures: { ...figures, eventsPerSecond: figures.eventCount / Math.max(1e-3, figures.seconds) },
      lostEvents: parsed.value.lostEvents,
      agrees: check.agrees,
      reason: check.reason,
      stoppedBy: session.stoppedBy ?? '',
    },
  };
}

function askerOf(sudoCommand: string): Asker {
  return { platform: process.platform, uid: process.getuid?.() ?? -1, sudoCommand };
}

function problemOf(error: unknown): RecordProblem {
  if (error instanceof RecorderProblem) return { message: error.message, commands: error.commands };
  const reason = error instanceof Error ? error.message : String(error);
  return { message: `Recording failed: ${reason}`, commands: [] };
}

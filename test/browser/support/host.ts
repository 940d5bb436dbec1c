/** Plays the extension's part for a view under test: answers its requests with what the real engine makes of a real file. */
import { PATHS } from '../../../src/engine/kernel/copyPath/registry';
import type { Page } from 'playwright-core';
import { DEFAULT_MACHINE, PRESETS } from '../../../src/engine/machine/presets/registry';
import type { Run, RunConfig } from '../../../src/engine/sim/run';
import { rulesForRelease } from '../../../src/engine/kernel/rules/registry';
import { COPY_PATHS } from '../../../src/engine/sim/run';
import { DEFAULT_CONFIG, hasPlaceFor } from '../../../src/engine/sim/simulate';
import type { ReplayChanges } from '../../../src/protocol/replaySetup';
import { replayValues } from '../../../src/protocol/replaySetup';
import type { RunChoice, RunHeader, TraceSummary, ViewSnapshot } from '../../../src/protocol/messages';
import type { Handlers } from '../../../src/protocol/rpc';
import { Transferred } from '../../../src/protocol/rpc';
import type { WorkerRequests } from '../../../src/protocol/messages';
import { createAnswers } from '../../../src/worker/answers';

export type Theme = 'dark' | 'light' | 'hc' | 'hcLight';

export interface OpenedPage {
  readonly page: Page;
  posted(): Promise<unknown[]>;
  post(message: unknown): Promise<void>;
  savedState(): Promise<unknown>;
  readonly errors: string[];
  readonly cspViolations: string[];
}

export interface OpenOptions {
  readonly theme?: Theme;
  readonly state?: unknown;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly reducedMotion?: 'reduce' | 'no-preference';
  readonly deviceScaleFactor?: number;
}

interface Browser {
  openPage(name: string, options?: OpenOptions): Promise<OpenedPage>;
}

/** What the runner of the browser tests provides. */
export function openPage(name: string, options: OpenOptions): Promise<OpenedPage> {
  const provided = (globalThis as { migtraceBrowser?: Browser }).migtraceBrowser;
  if (provided === undefined) throw new Error('Run this with test/vscodeHost/runBrowserTests.mjs.');
  return provided.openPage(name, options);
}

export interface RunAnswer {
  readonly header: RunHeader;
  readonly run: Run;
}

/** A trace as the host holds it: read once, its runs made when asked for. */
export interface HostedTrace {
  readonly summary: TraceSummary;
  run(choice: RunChoice): Promise<RunAnswer | null>;
  /** What the view set for its replays; runs are made anew. */
  configure(changes: ReplayChanges): void;
  snapshot(change?: Partial<ViewSnapshot>): ViewSnapshot;
  answer(name: string, params: unknown): Promise<unknown>;
}

const titleOf = (choice: RunChoice) => (choice === 'observed' ? 'Observed' : PATHS[choice].title);

type Answer<K extends keyof WorkerRequests> = WorkerRequests[K]['result'];

const channelsOf = ({ dmaDevices }: (typeof PRESETS)[string]) =>
  dmaDevices.reduce((sum, device) => sum + device.channels, 0);

/** `standing`: what the settings fix; fewer runs where no test looks at their spread. */
export async function hostTrace(file: string, standing: Partial<RunConfig> = {}): Promise<HostedTrace> {
  const answers: Handlers<WorkerRequests> = createAnswers(() => undefined, 1);
  const ask = async <K extends keyof WorkerRequests>(
    name: K,
    params: WorkerRequests[K]['params'],
  ): Promise<Answer<K>> => {
    const result = await answers[name](params, { requestId: 1, cancelled: () => false });
    return result instanceof Transferred ? result.value : result;
  };
  const summary = await ask('openTrace', { path: file });
  const runs = new Map<RunChoice, Promise<RunAnswer | null>>();
  let changes: ReplayChanges = {};
  const machine = () => (changes.machine === undefined ? null : (PRESETS[changes.machine] ?? null));
  const configOf = (path: RunConfig['path']) => {
    const { machine: _, ...config } = changes;
    return { ...standing, ...config, path };
  };
  const run = (choice: RunChoice) => {
    let made = runs.get(choice);
    if (made === undefined) {
      made =
        choice === 'observed'
          ? ask('observedRun', { traceId: summary.id })
          : ask('simulate', { traceId: summary.id, config: configOf(choice), machine: machine() });
      runs.set(choice, made);
    }
    return made;
  };
  const recorded = summary.provenance.origin === 'recorded';
  const kernel = rulesForRelease(summary.provenance.kernel);
  const refusal = (choice: RunChoice) =>
    choice === 'observed' || changes.kernel === undefined || hasPlaceFor(changes.kernel, choice)
      ? null
      : 'no batch waits for a copy';
  const choices = () =>
    [...(recorded ? (['observed'] as const) : []), ...COPY_PATHS].map((choice) => ({
      choice,
      title: titleOf(choice),
      tooltip: `${titleOf(choice)} as the host explains it`,
      refused: refusal(choice),
    }));
  return {
    summary,
    run,
    configure(next) {
      changes = next;
      for (const choice of runs.keys()) if (choice !== 'observed') runs.delete(choice);
    },
    snapshot: (change) => ({
      trace: summary,
      machine: machine() ?? DEFAULT_MACHINE,
      choices: choices(),
      replay: {
        defaults: replayValues({ ...DEFAULT_CONFIG, kernel }, DEFAULT_MACHINE.name),
        changes,
        machines: Object.values(PRESETS).map((preset) => ({
          name: preset.name,
          title: preset.title,
          channels: channelsOf(preset),
        })),
        recordedKernel: recorded ? kernel : null,
      },
      selected: 'serial',
      autoplay: false,
      ...change,
    }),
    async answer(name, params) {
      if (name === 'run') return run((params as { choice: RunChoice }).choice);
      if (name === 'overhead') return ask('overhead', { machine: machine() });
      if (name === 'observedTimes') {
        const { first, count } = params as { first: number; count: number };
        return ask('observedTimes', { traceId: summary.id, first, count });
      }
      throw new Error(`the view asked for '${name}'`);
    },
  };
}

interface Sent {
  readonly t: string;
  readonly id: number;
  readonly name: string;
  readonly params: unknown;
  readonly payload: unknown;
}

/** A view with a host behind it. */
export interface HostedView extends OpenedPage {
  /** Payloads of the notices of this name, in order. */
  notices(name: string): Promise<unknown[]>;
  notify(name: string, payload: unknown): Promise<void>;
  /** Waits until the host has answered everything the view asked for, and the view has drawn. */
  settled(): Promise<void>;
}

/** Connects an opened page to a trace: greets it when it is ready, and answers what it asks. */
export async function serve(
  opened: OpenedPage,
  trace: HostedTrace,
  snapshot: Partial<ViewSnapshot> = {},
): Promise<HostedView> {
  let seen = 0;
  let busy = 0;
  const handle = async (message: Sent): Promise<void> => {
    if (message.t === 'notice' && message.name === 'ready') {
      await opened.post({ t: 'notice', name: 'snapshot', payload: trace.snapshot(snapshot) });
      return;
    }
    if (message.t === 'notice' && message.name === 'configure') {
      trace.configure((message.payload as { changes: ReplayChanges }).changes);
      await opened.post({ t: 'notice', name: 'snapshot', payload: trace.snapshot(snapshot) });
      return;
    }
    if (message.t !== 'request') return;
    try {
      const value = await trace.answer(message.name, message.params);
      await opened.post({ t: 'result', id: message.id, value });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      await opened.post({ t: 'error', id: message.id, message: text, cancelled: false });
    }
  };
  const pump = async (): Promise<boolean> => {
    const posted = (await opened.posted()) as Sent[];
    const fresh = posted.slice(seen);
    seen = posted.length;
    for (const message of fresh) {
      busy++;
      await handle(message);
      busy--;
    }
    return fresh.some(
      (message) => message.t === 'request' || message.name === 'ready' || message.name === 'configure',
    );
  };
  const settled = async () => {
    let quiet = 0;
    while (quiet < 3) {
      quiet = (await pump()) || busy > 0 ? 0 : quiet + 1;
      await opened.page.evaluate(
        () => new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve, 20))),
      );
    }
  };
  await settled();
  return {
    ...opened,
    settled,
    async notices(name) {
      const posted = (await opened.posted()) as Sent[];
      return posted
        .filter((message) => message.t === 'notice' && message.name === name)
        .map((message) => message.payload);
    },
    async notify(name, payload) {
      await opened.post({ t: 'notice', name, payload });
      await settled();
    },
  };
}

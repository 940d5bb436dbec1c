/** The dashboard: the designs of one trace race each other on one clock; below, what they cost at the RFC's sizes. */
import type { HostNotices, RunChoice, ViewNotices, ViewSnapshot } from '../../protocol/messages';
import { el, setText } from '../shared/dom';
import { plural } from '../shared/format';
import { connectToHost, keepState, restoredState } from '../shared/hostConnection';
import { activeLane, nextBatchTime, nextFolioTime } from '../shared/locate';
import { createTransportBar } from '../shared/transportBar';
import { createEmptyState } from '../shared/emptyState';
import { keyAction } from '../shared/keys';
import type { KeyAction } from '../shared/keys';
import { createNotices } from '../shared/notices';
import { createPlayheadReporter } from '../shared/playheadReporter';
import { createDmaPanel } from '../shared/dma/dmaPanel';
import { createReplayStrip } from '../shared/replay/replayStrip';
import { createRunStore } from '../shared/runStore';
import { createVerdictView } from '../shared/verdictView';
import { createOverheadPanel } from './overheadPanel';
import { createRace } from './race';
import { createRaceClock } from './raceClock';
import { isKept } from './kept';

const KEEP_EVERY_MS = 400;

export function startDashboard(root: HTMLElement): void {
  const title = el('h1', { class: 'dash-title' });
  const about = el('span', { class: 'muted' });
  const verdict = createVerdictView((choice) => lead(choice));
  const replay = createReplayStrip({
    onChange(changes) {
      setText(busy, 'simulating …');
      connection.notify('configure', { changes });
    },
    onOpen: () => undefined,
    onSettings: () => tell('openSettings'),
  });
  replay.setScope('all');
  const busy = el('span', { class: 'busy muted', attributes: { role: 'status' } });
  const dma = createDmaPanel(() => undefined);
  const empty = createEmptyState();
  const tell = (name: ViewNotices['command']['name']) => connection.notify('command', { name });
  const notices = createNotices({ onOpenProblems: () => tell('openProblems') });
  const clock = createRaceClock(() => update());
  const race = createRace(clock, (choice) => lead(choice));
  const overhead = createOverheadPanel(() => tell('exportTable'));
  const transport = createTransportBar({
    onToggle: () => clock.toggle(),
    onRestart: () => clock.seek(0),
    onStepBatch: () => step('batch', false),
    onStepFolio: () => step('folio', false),
    onSlowdown: (slowdown) => clock.setSlowdown(slowdown),
  });
  const bar = el(
    'header',
    { class: 'dash-bar' },
    transport.element,
    busy,
    el('div', { class: 'dash-about' }, title, about),
    replay.opener,
  );
  const page = el(
    'main',
    { class: 'dash' },
    bar,
    replay.element,
    verdict.element,
    race.element,
    dma.element,
    overhead.element,
  );
  page.hidden = true;
  root.replaceChildren(notices.element, empty.element, page);

  const handlers: { [K in keyof HostNotices]?: (payload: HostNotices[K]) => void } = {
    snapshot: (snapshot) => void show(snapshot),
    control: ({ action }) => control(action),
    choose: ({ choice }) => setLead(choice),
    progress: (progress) => empty.showProgress(progress),
    failure: (failure) => {
      empty.hide();
      page.hidden = true;
      notices.showFailure(failure);
    },
  };
  const connection = connectToHost(handlers);
  const store = createRunStore(connection);
  const reporter = createPlayheadReporter((playhead) => connection.notify('playhead', playhead));
  let keepTimer: ReturnType<typeof setTimeout> | null = null;
  let generation = 0;

  async function show(snapshot: ViewSnapshot): Promise<void> {
    const mine = ++generation;
    const { trace, machine } = snapshot;
    notices.showFailure(null);
    notices.showTrace(trace);
    store.clear();
    if (trace.calls === 0) {
      page.hidden = true;
      empty.showNoCalls(trace);
      return;
    }
    empty.hide();
    page.hidden = false;
    setText(title, trace.name);
    setText(about, `${plural(trace.calls, 'call')} · ${plural(trace.folios, 'folio')} · on ${machine.title}`);
    replay.show(snapshot);
    const designs = snapshot.choices.filter(({ choice }) => choice !== 'observed');
    race.setChoices(designs, snapshot.selected);
    verdict.wait();
    const again = clock.end > 0;
    setText(busy, 'simulating …');
    for (const { choice, refused } of designs) {
      if (refused === null) await askForRun(choice, mine);
      if (mine !== generation) return;
      setLead(race.lead?.choice ?? choice);
    }
    setText(busy, '');
    verdict.show(designs, store);
    askForTable(mine);
    if (again) return;
    const kept = restoredState(isKept);
    if (snapshot.autoplay) {
      clock.seek(0);
      clock.play();
    } else if (kept !== null) {
      clock.restore(kept);
    }
  }

  function setLead(choice: RunChoice): void {
    race.setLead(choice);
    dma.setRun(race.lead?.view ?? null, race.lead?.title);
  }

  async function askForRun(choice: RunChoice, mine: number): Promise<void> {
    try {
      const view = await store.get(choice);
      if (mine === generation && view !== null) race.setRun(choice, view);
    } catch (error) {
      if (mine === generation) race.rows.find((row) => row.choice === choice)?.setFailure(messageOf(error));
    }
  }

  function askForTable(mine: number): void {
    connection.request('overhead', null).then(
      (table) => mine === generation && overhead.set(table),
      (error: unknown) => mine === generation && overhead.setFailure(messageOf(error)),
    );
  }

  function update(): void {
    race.update();
    const view = race.lead?.view ?? null;
    transport.show(clock.state, view !== null);
    if (view === null) return;
    const at = Math.min(clock.state.time, view.run.end);
    reporter.tell(view, activeLane(view, at, 0), at, clock.state.playing);
    keepTimer ??= setTimeout(() => {
      keepTimer = null;
      const { time, slowdown } = clock.state;
      keepState({ time, slowdown, window: clock.window });
    }, KEEP_EVERY_MS);
  }

  function lead(choice: RunChoice): void {
    setLead(choice);
    connection.notify('chose', { choice });
    update();
  }

  /** To where the leading design begins its next batch, or is through its next folio. */
  function step(what: 'batch' | 'folio', back: boolean): void {
    const view = race.lead?.view ?? null;
    if (view === null) return;
    clock.pause();
    const time = Math.min(clock.state.time, view.run.end);
    const lane = activeLane(view, time, 0);
    clock.seek(
      what === 'batch' ? nextBatchTime(view, lane, time, back) : nextFolioTime(view, lane, time, back),
    );
  }

  const shift = (share: number) => {
    clock.seek(clock.state.time + share * (clock.window.end - clock.window.start));
  };
  const acts: Partial<Record<KeyAction | HostNotices['control']['action'], () => void>> = {
    play: () => clock.play(),
    pause: () => clock.pause(),
    toggle: () => clock.toggle(),
    stepBatch: () => step('batch', false),
    stepBatchBack: () => step('batch', true),
    stepFolio: () => step('folio', false),
    stepFolioBack: () => step('folio', true),
    faster: () => clock.changeSpeed(true),
    slower: () => clock.changeSpeed(false),
    restart: () => clock.seek(0),
    start: () => clock.seek(0),
    end: () => clock.seek(clock.end),
    cursorLeft: () => shift(-0.01),
    cursorRight: () => shift(0.01),
    cursorFarLeft: () => shift(-0.1),
    cursorFarRight: () => shift(0.1),
    zoomIn: () => clock.zoom(clock.state.time, 0.7),
    zoomOut: () => clock.zoom(clock.state.time, 1 / 0.7),
    panLeft: () => clock.pan(-0.15 * (clock.window.end - clock.window.start)),
    panRight: () => clock.pan(0.15 * (clock.window.end - clock.window.start)),
    zoomAll: () => clock.showAll(),
    configure: () => replay.toggle(),
  };
  const control = (action: HostNotices['control']['action']) => acts[action]?.();

  document.addEventListener('keydown', (event) => {
    const pressed = keyAction(event);
    if (pressed === null) return;
    const chosen = pressed.action === 'design' ? race.rows[Number(pressed.key) - 1] : undefined;
    const act = chosen === undefined ? acts[pressed.action] : () => lead(chosen.choice);
    if (act === undefined) return;
    event.preventDefault();
    // VS Code would run the keybinding of the same key as well.
    event.stopPropagation();
    act();
  });
  window.addEventListener('error', ({ message }) => connection.notify('failed', { message }));
  window.addEventListener('unhandledrejection', ({ reason }) =>
    connection.notify('failed', { message: messageOf(reason) }),
  );
  empty.showProgress(null);
  connection.notify('ready', null);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

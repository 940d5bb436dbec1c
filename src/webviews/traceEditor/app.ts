/** The trace editor: puts the parts together and carries what happens in one to the others. */
import type { RunChoice, ViewSnapshot } from '../../protocol/messages';
import { button, el, setText } from '../shared/dom';
import { nextFrame, reducedMotion } from '../shared/frames';
import type { GridScope } from '../shared/grid/folioGrid';
import type { HostConnection } from '../shared/hostConnection';
import { connectToHost, keepState, restoredState } from '../shared/hostConnection';
import type { RunView } from '../shared/runView';
import { designOptions, neighbour } from '../shared/designOptions';
import { createDmaPanel } from '../shared/dma/dmaPanel';
import { createReplayStrip } from '../shared/replay/replayStrip';
import { createSegmented } from '../shared/segmented';
import { createTransportBar } from '../shared/transportBar';
import { createActions } from './actions';
import { createDesignPanels } from './designPanels';
import { createEmptyState } from '../shared/emptyState';
import { createFolioPanel } from './folioPanel';
import { createHelp } from './help';
import { keyAction } from '../shared/keys';
import { createNavigation } from './navigation';
import { createNotices } from '../shared/notices';
import { createPlayheadReporter } from '../shared/playheadReporter';
import { createRunStore } from '../shared/runStore';
import { createSummaryStrip } from './summaryStrip';
import { createTimelinePanel } from './timelinePanel';
import type { ViewState } from './viewState';
import { initialState, isViewState } from './viewState';

const KEEP_EVERY_MS = 300;

/** Builds the view into `root` and asks the host for its snapshot. */
export function startTraceEditor(root: HTMLElement): void {
  const state: ViewState = restoredState(isViewState) ?? initialState();
  let snapshot: ViewSnapshot | null = null;
  let view: RunView | null = null;
  let choice: RunChoice = 'serial';
  /** What the timeline shows: the same design once more is one whose parameters changed. */
  let shown: RunChoice | null = null;
  let keepTimer: ReturnType<typeof setTimeout> | null = null;

  const connection: HostConnection = connectToHost({
    snapshot: (next) => receive(next),
    control: ({ action }) => actions.control(action),
    choose: (notice) => void choose(notice.choice),
    progress: (progress) => empty.showProgress(progress),
    failure: (failure) => fail(failure.message, failure.hint),
  });
  const store = createRunStore(connection);
  const reporter = createPlayheadReporter((playhead) => connection.notify('playhead', playhead));
  const navigation = createNavigation(() => nextFrame(update));

  const notices = createNotices({
    onOpenProblems: () => connection.notify('command', { name: 'openProblems' }),
  });
  const summary = createSummaryStrip();
  const empty = createEmptyState();
  const help = createHelp();
  const transport = createTransportBar({
    onToggle: () => navigation.toggle(),
    onRestart: () => navigation.seek(0),
    onStepBatch: () => navigation.stepBatch(false),
    onStepFolio: () => navigation.stepFolio(false),
    onSlowdown: (slowdown) => navigation.setSlowdown(slowdown),
  });
  const designs = createSegmented<RunChoice>('Design', (value) => pick(value));
  const replay = createReplayStrip({
    onChange(changes) {
      setText(busy, 'simulating …');
      connection.notify('configure', { changes });
    },
    onOpen: (open) => keep({ replayOpen: open }),
    onSettings: () => connection.notify('command', { name: 'openSettings' }),
  });
  const dma = createDmaPanel((on) => keep({ dmaTable: on }));
  const busy = el('span', { class: 'busy muted', attributes: { role: 'status' } });
  const timeline = createTimelinePanel({
    onCursor(time, lane) {
      if (lane >= 0) navigation.setLane(lane);
      navigation.seek(time);
    },
    onWindow: (window) => navigation.setWindow(window),
    onBatch(time, lane) {
      navigation.setLane(lane);
      navigation.seek(time);
      navigation.zoomBatch();
    },
    onTable: (on) => keep({ timelineTable: on }),
    onOpenBatch: (batch) => openBatch(batch),
  });
  const folios = createFolioPanel({
    onScope: (scope) => setScope(scope),
    onTable: (on) => {
      keep({ folioTable: on });
      update();
    },
    onFolio: (folio) => openFolio(folio),
  });
  const panels = createDesignPanels(store, {
    onLinear: (linear) => keep({ linear }),
    onAnatomyTable: (on) => {
      keep({ anatomyTable: on });
      update();
    },
    onChoose: (picked) => pick(picked),
  });
  const content = el(
    'main',
    { class: 'content' },
    timeline.element,
    el(
      'div',
      { class: 'columns' },
      el('div', { class: 'column' }, folios.element, dma.element),
      el('div', { class: 'column' }, panels.overhead),
    ),
    panels.anatomy,
    panels.table,
  );
  const bar = el(
    'div',
    { class: 'bar' },
    transport.element,
    busy,
    el(
      'div',
      { class: 'bar-right' },
      replay.opener,
      button({
        label: 'Compare',
        icon: 'compare',
        title: 'Compare the designs on this trace',
        onClick: () => connection.notify('command', { name: 'compareDesigns' }),
      }),
      button({
        label: 'Export table',
        icon: 'export',
        title: 'Export the overhead table',
        onClick: () => connection.notify('command', { name: 'exportTable' }),
      }),
      button({ label: '?', class: 'quiet', title: 'Keys (?)', onClick: () => help.toggle() }),
    ),
    el('div', { class: 'bar-designs' }, designs.element),
  );
  const actions = createActions(navigation, {
    overview: () => setScope(scopeNow() === 'run' ? 'batch' : 'run'),
    design(number) {
      const entry = snapshot?.choices[number - 1];
      if (entry !== undefined && entry.refused === null) pick(entry.choice);
    },
    stepDesign,
    configure: () => replay.toggle(),
    help: () => help.toggle(),
  });
  content.hidden = true;
  bar.hidden = true;
  root.replaceChildren(
    summary.element,
    bar,
    replay.element,
    notices.element,
    empty.element,
    content,
    help.element,
  );

  function receive(next: ViewSnapshot): void {
    snapshot = next;
    store.clear();
    view = null;
    notices.showTrace(next.trace);
    notices.showFailure(null);
    designs.setOptions(designOptions(next.choices));
    replay.show(next);
    dma.setTable(state.dmaTable);
    panels.setChoices(next.choices);
    folios.setTable(state.folioTable);
    timeline.setTable(state.timelineTable);
    panels.setAnatomyTable(state.anatomyTable);
    panels.setLinear(state.linear);
    if (next.trace.calls === 0) {
      content.hidden = true;
      bar.hidden = true;
      replay.setOpen(false);
      summary.clear();
      empty.showNoCalls(next.trace);
      return;
    }
    bar.hidden = false;
    replay.setOpen(state.replayOpen);
    void choose(firstChoice(next)).then(() => {
      if (next.autoplay && !reducedMotion()) navigation.play();
      void loadRest(next);
    });
  }

  /** The design shown before, else the one selected; where the kernel's rules have no place for it, serial. */
  function firstChoice({ choices, selected }: ViewSnapshot): RunChoice {
    const wanted = choices.find((entry) => entry.choice === state.choice)?.choice ?? selected;
    if (choices.find((entry) => entry.choice === wanted)?.refused === null) return wanted;
    connection.notify('chose', { choice: 'serial' });
    return 'serial';
  }

  /** The person's choice: the host follows. */
  function pick(next: RunChoice): void {
    connection.notify('chose', { choice: next });
    void choose(next);
  }

  /** The other designs, for the comparisons, one after the other; then the charts. */
  async function loadRest(of: ViewSnapshot): Promise<void> {
    for (const entry of of.choices) {
      if (snapshot !== of) return;
      if (entry.choice === 'observed' || entry.refused !== null) continue;
      await store.get(entry.choice).catch(() => null);
      if (snapshot !== of) return;
      showSummary();
      update();
    }
    panels.runsComplete();
    const table = await connection.request('overhead', null).catch((error: unknown) => messageOf(error));
    if (snapshot !== of) return;
    if (typeof table === 'string') panels.setOverhead(null, `The overhead table could not be made: ${table}`);
    else panels.setOverhead(table, '');
  }

  async function choose(next: RunChoice): Promise<void> {
    const of = snapshot;
    choice = next;
    designs.choose(next);
    replay.setScope(next);
    keep({ choice: next });
    if (of === null) return;
    setText(busy, store.peek(next) === null ? 'simulating …' : '');
    try {
      const run = await store.get(next);
      if (snapshot !== of || choice !== next) return;
      setText(busy, '');
      if (run === null) {
        fail('This trace holds no run of that kind.', 'Choose one of the other designs.');
        return;
      }
      notices.showFailure(null);
      showRun(run);
    } catch (error) {
      if (snapshot !== of || choice !== next) return;
      setText(busy, '');
      fail(
        `The design could not be simulated: ${messageOf(error)}`,
        'Choose another design, or another machine with “MigTrace: Configure Node Topology…”.',
      );
    }
  }

  function showRun(next: RunView): void {
    view = next;
    empty.hide();
    content.hidden = false;
    timeline.setRun(next);
    folios.setRun(next);
    dma.setRun(next);
    folios.setScope(scopeNow());
    navigation.setRun(next, state, shown === choice);
    shown = choice;
    showSummary();
    update();
  }

  function showSummary(): void {
    if (view !== null) summary.show(view, store.peek('serial'));
  }

  /** Brings every part to the time cursor. */
  function update(): void {
    const { playback, time, window, lane, batch } = navigation;
    transport.show(playback, view !== null);
    if (view === null) return;
    timeline.timeline.show(window, time, lane);
    timeline.setBatch(batch);
    folios.show(lane, batch, time, playback.playing);
    panels.show(view, choice, batch, time);
    reporter.tell(view, lane, time, playback.playing);
    keep({ time, window, lane, slowdown: playback.slowdown });
  }

  function keep(change: Partial<ViewState>): void {
    Object.assign(state, change);
    keepTimer ??= setTimeout(() => {
      keepTimer = null;
      keepState({ ...state });
    }, KEEP_EVERY_MS);
  }

  function fail(message: string, hint: string): void {
    notices.showFailure({ message, hint });
    if (view === null) empty.hide();
  }

  /** Batches of a folio or two tell little: then all folios of the run are shown, until someone chooses. */
  function scopeNow(): GridScope {
    const first = view?.run.batches.count[0] ?? 0;
    const few =
      view !== null &&
      first < 8 &&
      view.run.batches.length > 16 &&
      view.run.folioCount < view.run.batches.length * 4;
    return state.scope ?? (few ? 'run' : 'batch');
  }

  function setScope(scope: GridScope): void {
    keep({ scope });
    folios.setScope(scope);
    update();
  }

  function openBatch(batch: number): void {
    if (view === null) return;
    navigation.pause();
    navigation.setLane(view.run.calls.lane[view.run.batches.call[batch] as number] as number);
    navigation.seek(view.run.batches.start[batch] as number);
  }

  function openFolio(folio: number): void {
    if (view === null || scopeNow() !== 'run') return;
    const { first, count, length } = view.run.batches;
    for (let batch = 0; batch < length; batch++) {
      const from = first[batch] as number;
      if (folio < from || folio >= from + (count[batch] as number)) continue;
      openBatch(batch);
      setScope('batch');
      return;
    }
  }

  function stepDesign(back: boolean): void {
    const next = snapshot === null ? null : neighbour(snapshot.choices, choice, back);
    if (next !== null) pick(next);
  }

  document.addEventListener('keydown', (event) => {
    if (view === null && snapshot === null) return;
    const pressed = keyAction(event);
    if (pressed === null || (help.element.open && pressed.action !== 'help')) return;
    // With one CPU the vertical arrows scroll the page, as they would anywhere.
    if (pressed.action.startsWith('lane') && (view?.lanes.length ?? 0) < 2) return;
    event.preventDefault();
    // VS Code hands keys of a view on to its keybindings, which would act a second time.
    event.stopPropagation();
    actions.press(pressed.action, pressed.key);
  });
  window.addEventListener('error', (event) => connection.notify('failed', { message: event.message }));
  window.addEventListener('unhandledrejection', (event) =>
    connection.notify('failed', { message: messageOf(event.reason) }),
  );
  empty.showProgress(null);
  connection.notify('ready', null);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

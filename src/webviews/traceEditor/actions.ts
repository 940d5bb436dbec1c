/** What keys and the host's commands do in the editor. */
import type { HostNotices } from '../../protocol/messages';
import type { KeyAction } from '../shared/keys';
import type { Navigation } from './navigation';

type ControlAction = HostNotices['control']['action'];

/** What lies beyond moving through the run. */
export interface EditorActs {
  /** The folio grid's other scope. */
  overview(): void;
  /** The design with this number, from 1. */
  design(number: number): void;
  stepDesign(back: boolean): void;
  configure(): void;
  help(): void;
}

export interface EditorActions {
  control(action: ControlAction): void;
  press(action: KeyAction, key: string): void;
}

export function createActions(navigation: Navigation, acts: EditorActs): EditorActions {
  const controls: Readonly<Record<ControlAction, () => void>> = {
    play: () => navigation.play(),
    pause: () => navigation.pause(),
    toggle: () => navigation.toggle(),
    stepBatch: () => navigation.stepBatch(false),
    stepFolio: () => navigation.stepFolio(false),
    stepBatchBack: () => navigation.stepBatch(true),
    faster: () => navigation.changeSpeed(true),
    slower: () => navigation.changeSpeed(false),
    restart: () => navigation.seek(0),
    end: () => navigation.seek(Infinity),
    configure: () => acts.configure(),
  };
  const keys: Readonly<Record<KeyAction, (key: string) => void>> = {
    ...controls,
    stepFolioBack: () => navigation.stepFolio(true),
    start: () => navigation.seek(0),
    cursorLeft: () => navigation.nudge(-0.01),
    cursorRight: () => navigation.nudge(0.01),
    cursorFarLeft: () => navigation.nudge(-0.1),
    cursorFarRight: () => navigation.nudge(0.1),
    laneUp: () => navigation.setLane(navigation.lane - 1),
    laneDown: () => navigation.setLane(navigation.lane + 1),
    zoomIn: () => navigation.zoom(0.7),
    zoomOut: () => navigation.zoom(1 / 0.7),
    panLeft: () => navigation.pan(-0.15),
    panRight: () => navigation.pan(0.15),
    zoomAll: () => navigation.zoomAll(),
    zoomBatch: () => navigation.zoomBatch(),
    overview: () => acts.overview(),
    design: (key) => acts.design(Number(key)),
    nextDesign: () => acts.stepDesign(false),
    previousDesign: () => acts.stepDesign(true),
    help: () => acts.help(),
  };
  return {
    control: (action) => controls[action](),
    press: (action, key) => keys[action](key),
  };
}

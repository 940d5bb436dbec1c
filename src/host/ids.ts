/** Every id that package.json and the code share, once. test/architecture compares the two. */
export const EXTENSION_ID = 'migtrace.migtrace';

/** viewTypes: the editor of `*.migtrace`, the same for raw traces ("Open With…"), the panels that compare designs and that record. */
export const EDITOR_VIEW_TYPE = 'migtrace.traceEditor';
export const RAW_EDITOR_VIEW_TYPE = 'migtrace.rawTraceEditor';
export const DASHBOARD_VIEW_TYPE = 'migtrace.dashboard';
export const RECORDER_VIEW_TYPE = 'migtrace.recorder';

/** Commands of the palette. */
export const COMMANDS = {
  openTrace: 'migtrace.openTrace',
  recordTrace: 'migtrace.recordTrace',
  stopRecording: 'migtrace.stopRecording',
  replayTrace: 'migtrace.replayTrace',
  newWorkload: 'migtrace.newWorkload',
  configureTopology: 'migtrace.configureTopology',
  chooseDesign: 'migtrace.chooseDesign',
  configureReplay: 'migtrace.configureReplay',
  setChannels: 'migtrace.setChannels',
  setThreads: 'migtrace.setThreads',
  setBatchLimit: 'migtrace.setBatchLimit',
  setKernelRules: 'migtrace.setKernelRules',
  resetReplay: 'migtrace.resetReplay',
  compareDesigns: 'migtrace.compareDesigns',
  exportTable: 'migtrace.exportTable',
  exportTrace: 'migtrace.exportTrace',
  togglePlay: 'migtrace.togglePlay',
  stepBatch: 'migtrace.stepBatch',
  stepBatchBack: 'migtrace.stepBatchBack',
  stepFolio: 'migtrace.stepFolio',
  faster: 'migtrace.faster',
  slower: 'migtrace.slower',
  restart: 'migtrace.restart',
  toEnd: 'migtrace.toEnd',
  showLog: 'migtrace.showLog',
  /** What the button in the editor's title does while playing. */
  pause: 'migtrace.pause',
  /** Used by items of the trees and the status bar; not in the palette. */
  selectRun: 'migtrace.selectRun',
  exportRun: 'migtrace.exportRun',
  copySource: 'migtrace.copySource',
} as const;
export type CommandName = keyof typeof COMMANDS;

export const VIEW_CONTAINER = 'migtrace';
export const VIEWS = {
  machine: 'migtrace.machineView',
  runs: 'migtrace.runsView',
  live: 'migtrace.liveView',
} as const;

/** Keys below the section `migtrace`. */
export const SETTINGS_SECTION = 'migtrace';
export const SETTINGS = {
  machine: 'machine',
  kernel: 'kernel',
  batchPages: 'batchPages',
  channels: 'channels',
  divider: 'divider',
  completion: 'completion',
  callback: 'callback',
  iommu: 'iommu',
  threads: 'threads',
  placement: 'placement',
  reasons: 'reasons',
  minBatch: 'minBatch',
  writeRate: 'writeRate',
  coldCache: 'coldCache',
  runs: 'runs',
  seed: 'seed',
  autoplay: 'autoplay',
} as const;

/** Context keys for `when` clauses. */
export const CONTEXT_KEYS = {
  /** A trace is open in some editor of ours. */
  hasTrace: 'migtrace.hasTrace',
  /** A trace editor or the dashboard is the active editor. */
  viewActive: 'migtrace.viewActive',
  /** The view in front is playing. */
  playing: 'migtrace.playing',
  /** A recording from the running kernel is under way. */
  recording: 'migtrace.recording',
} as const;

/** `contextValue` of tree items, for menus. */
export const TREE_CONTEXT = {
  trace: 'migtrace.trace',
  run: 'migtrace.run',
  design: 'migtrace.design',
  cost: 'migtrace.cost',
} as const;

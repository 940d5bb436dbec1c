/** What `activate` returns: read-only looks into the extension for tests in a real VS Code. Nothing in it is meant for other extensions. */
import type * as vscode from 'vscode';
import type { SidebarNotices } from '../protocol/messages';
import type { AnalysisWorker } from './analysisWorker';
import type { TraceDocuments } from './documents/traceDocuments';
import type { TracePanels } from './editor/tracePanels';
import type { Recorder } from './record/recorder';
import type { StatusBar } from './statusBar';
import type { LiveView } from './views/liveView';
import type { MachineTree } from './views/machineTree';
import type { RunsTree } from './views/runsTree';

interface Parts {
  readonly worker: AnalysisWorker;
  readonly documents: TraceDocuments;
  readonly panels: TracePanels;
  readonly status: StatusBar;
  readonly live: LiveView;
  readonly machineTree: MachineTree;
  readonly runsTree: RunsTree;
  readonly recorder: Recorder;
}

export interface ExtensionApi {
  readonly worker: AnalysisWorker;
  readonly documents: TraceDocuments;
  readonly panels: TracePanels;
  readonly recorder: Recorder;
  /** Text of the status bar item. */
  status(): string;
  live(): SidebarNotices['live'];
  /** All lines of a tree, opened to the last level, as `label  description`, two spaces per level. */
  tree(view: 'machine' | 'runs'): readonly string[];
}

export function createApi(parts: Parts): ExtensionApi {
  return {
    worker: parts.worker,
    documents: parts.documents,
    panels: parts.panels,
    recorder: parts.recorder,
    status: () => parts.status.item.text,
    live: () => parts.live.shown,
    tree: (view) => (view === 'machine' ? linesOf(parts.machineTree) : linesOf(parts.runsTree)),
  };
}

/** A tree that answers at once, as both of ours do. */
interface SimpleTree<T> {
  getChildren(node?: T): readonly T[];
  getTreeItem(node: T): vscode.TreeItem;
}

function linesOf<T>(tree: SimpleTree<T>, node?: T, level = 0): string[] {
  return tree.getChildren(node).flatMap((child) => {
    const item = tree.getTreeItem(child);
    const line =
      `${'  '.repeat(level)}${item.label as string}  ${(item.description ?? '') as string}`.trimEnd();
    return [line, ...linesOf(tree, child, level + 1)];
  });
}

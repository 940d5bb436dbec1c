import * as assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as vscode from 'vscode';
import { observedRun } from '../../src/analysis/observedRun';
import { replay } from '../../src/analysis/replay';
import { COPY_PATHS } from '../../src/engine/sim/run';
import { EDITOR_VIEW_TYPE, RAW_EDITOR_VIEW_TYPE } from '../../src/host/ids';
import { createTraceReader } from '../../src/trace/formats/read';
import type { MigrationTrace } from '../../src/trace/model';
import { activated, closeAll, openTrace, pause, repoFile, scratchFile, until } from './support';

function readDirectly(uri: vscode.Uri): MigrationTrace {
  const reader = createTraceReader({ source: basename(uri.fsPath) });
  const bytes = readFileSync(uri.fsPath);
  reader.push(new Uint8Array(uri.path.endsWith('.gz') ? gunzipSync(bytes) : bytes));
  return reader.finish().value;
}

/** Files of a folder of the repository, and below. */
function filesIn(folder: string, pattern: RegExp): vscode.Uri[] {
  return readdirSync(repoFile(folder).fsPath, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .map((name) => repoFile(folder, name));
}

const recorded = () => repoFile('test', 'fixtures', 'traces', 'mp-2m-thp', 'trace.txt.gz');

function activeCustomEditor(): string | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom ? input.viewType : undefined;
}

describe('the trace editor', () => {
  afterEach(closeAll);

  it('is the default editor of .migtrace files', async () => {
    await vscode.commands.executeCommand('vscode.open', repoFile('samples', 'promotion-2m.migtrace'));
    await until('our editor is active', () => activeCustomEditor() === EDITOR_VIEW_TYPE);
  });

  it('opens every sample, and its view asks for the run it shows', async () => {
    const samples = filesIn('samples', /\.migtrace$/);
    assert.ok(samples.length > 0, 'there are no samples');
    for (const uri of samples) {
      const { document } = await openTrace(uri);
      assert.equal(document.state.kind, 'ready', JSON.stringify(document.state));
      const header = await until(`${uri.path} shows a run`, () => document.headers().get(document.selected));
      assert.ok(header.pagesMoved > 0);
      await closeAll();
    }
  });

  it('opens recorded traces, packed with gzip, and counts what a direct reading counts', async () => {
    const traces = filesIn('test/fixtures/traces', /\.txt\.gz$/).slice(0, 8);
    assert.ok(traces.length > 0, 'there are no recorded traces');
    for (const uri of traces) {
      const { document } = await openTrace(uri);
      assert.equal(document.state.kind, 'ready', JSON.stringify(document.state));
      assert.equal(document.summary?.calls, readDirectly(uri).workload.calls.length);
      await closeAll();
    }
  });

  it('opens a raw trace as plain text in the optional editor, and shows the recording first', async () => {
    const plain = scratchFile('trace.txt', gunzipSync(readFileSync(recorded().fsPath)));
    const { document } = await openTrace(plain);
    assert.equal(activeCustomEditor(), RAW_EDITOR_VIEW_TYPE);
    assert.equal(document.selected, 'observed');
    assert.equal(document.summary?.calls, readDirectly(recorded()).workload.calls.length);
  });

  it('gets from the thread what a direct call gives', async () => {
    const uri = repoFile('samples', 'promotion-2m.migtrace');
    const { document } = await openTrace(uri);
    const trace = readDirectly(uri);
    const { sha256 } = document.summary?.provenance ?? { sha256: '' };
    for (const path of COPY_PATHS) {
      const direct = replay({ ...trace, provenance: { ...trace.provenance, sha256 } }, { path }, null);
      const result = await document.run(path);
      assert.deepEqual(result?.run, direct);
    }
  });

  it('gets the recorded run as a direct call gives it', async () => {
    const { document } = await openTrace(recorded());
    const direct = observedRun(readDirectly(recorded()));
    const result = await document.run('observed');
    assert.deepEqual(result?.run.totals, direct?.totals);
    assert.deepEqual(result?.run.calls, direct?.calls);
    assert.deepEqual(result?.run.batches, direct?.batches);
  });

  it('sends a view that was hidden exactly one snapshot when it is shown again', async () => {
    const first = await openTrace(repoFile('samples', 'promotion-2m.migtrace'));
    await until('the first view has its snapshot', () => first.panel.snapshots === 1);
    await openTrace(repoFile('samples', 'promotion-4k.migtrace'));
    await until('the first view is hidden', () => !first.panel.panel.visible);
    first.panel.panel.reveal();
    await until('the first view has another snapshot', () => first.panel.snapshots === 2);
    await pause(1000);
    assert.equal(first.panel.snapshots, 2);
  });

  it('opens a damaged file, keeps what is readable and reports the line', async () => {
    const text = readFileSync(repoFile('samples', 'promotion-2m.migtrace').fsPath, 'utf8');
    const uri = scratchFile('damaged.migtrace', `${text}\nthis line means nothing\n`);
    const { document } = await openTrace(uri);
    assert.equal(document.state.kind, 'ready');
    assert.ok((document.summary?.problemCount ?? 0) > 0);
    const [diagnostic] = await until('the problem is listed', () => {
      const found = vscode.languages.getDiagnostics(uri);
      return found.length > 0 && found;
    });
    assert.equal(diagnostic?.source, 'MigTrace');
    assert.ok((diagnostic?.range.start.line ?? 0) >= text.split('\n').length - 1);
  });

  it('reads the trace again when its file was edited', async () => {
    const text = readFileSync(repoFile('samples', 'promotion-2m.migtrace').fsPath, 'utf8');
    const uri = scratchFile('edited.migtrace', text);
    const { document, panel } = await openTrace(uri);
    await until('the view has its snapshot', () => panel.snapshots === 1);
    assert.equal(document.summary?.folios, 512);
    writeFileSync(uri.fsPath, text.replace('folios 512', 'folios 300'));
    await until('the trace was read again', () => document.summary?.folios === 300);
    await until('the view was told', () => panel.snapshots === 2);
    assert.equal((await document.run('serial'))?.header.pagesMoved, 300);
  });

  it('opens an editor that says what is wrong when nothing can be read', async () => {
    const { document, panel } = await openTrace(scratchFile('empty.migtrace', ''));
    const api = await activated();
    // A view that comes up late asks once more, so the failure may come twice.
    await until('the status bar says so', () => /\$\(error\) empty\.migtrace/.test(api.status()));
    assert.equal(document.state.kind, 'failed');
    assert.match(
      document.state.kind === 'failed' ? document.state.message : '',
      /empty\.migtrace.*it is empty/,
    );
    assert.ok(panel.panel.visible);
  });

  it('tells the Problems panel nothing more once the trace is closed', async () => {
    const uri = scratchFile('empty.migtrace', '');
    await openTrace(uri);
    await until('the problem is listed', () => vscode.languages.getDiagnostics(uri).length === 1);
    await closeAll();
    assert.equal(vscode.languages.getDiagnostics(uri).length, 0);
  });
});

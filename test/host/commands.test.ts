import * as assert from 'node:assert/strict';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { coverLetterTable, overheadCsv, overheadMarkdown } from '../../src/analysis/report';
import { overheadTable } from '../../src/analysis/reproduce';
import { DEFAULT_MACHINE } from '../../src/engine/machine/presets/registry';
import { COMMANDS } from '../../src/host/ids';
import { activated, closeAll, openTrace, repoFile, until } from './support';

const sample = () => repoFile('samples', 'promotion-2m.migtrace');

describe('commands', () => {
  afterEach(closeAll);

  it('export the table of the cover letter, as text, Markdown and CSV', async () => {
    await openTrace(sample());
    const table = overheadTable(DEFAULT_MACHINE);
    const expected = {
      coverLetter: coverLetterTable(table),
      markdown: overheadMarkdown(table),
      csv: overheadCsv(table),
    };
    for (const [format, text] of Object.entries(expected)) {
      await vscode.commands.executeCommand(COMMANDS.exportTable, sample(), format);
      assert.equal(
        (await vscode.env.clipboard.readText()).replaceAll('\r\n', '\n'),
        text.replaceAll('\r\n', '\n'),
      );
    }
  });

  it('choose a design for the trace in front', async () => {
    const { document } = await openTrace(sample());
    await vscode.commands.executeCommand(COMMANDS.chooseDesign, undefined, 'dcbm-v1');
    assert.equal(document.selected, 'dcbm-v1');
  });

  it('compare the designs side by side, and keep the trace while the comparison is open', async () => {
    const api = await activated();
    const { document } = await openTrace(sample());
    await vscode.commands.executeCommand(COMMANDS.compareDesigns);
    const dashboard = await until('the dashboard is open', () => api.panels.of(document, 'dashboard'));
    for (const design of ['serial', 'batch-cpu', 'dcbm-v1'] as const) {
      await until(`the dashboard asked for ${design}`, () => document.headers().has(design));
    }
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const editor = tabs.find(({ input }) => input instanceof vscode.TabInputCustom);
    assert.ok(editor);
    await vscode.window.tabGroups.close(editor);
    assert.equal(api.documents.get(sample()), document);
    dashboard.panel.dispose();
    await until('the trace is closed', () => api.documents.get(sample()) === undefined);
  });

  it('replay a trace that is not open yet', async () => {
    const api = await activated();
    await vscode.commands.executeCommand(COMMANDS.replayTrace, sample());
    const document = await until('the trace is open', () => api.documents.get(sample()));
    const panel = await until('the dashboard is open', () => api.panels.of(document, 'dashboard'));
    await until('it plays', () => (panel.playhead?.timeNs ?? 0) > 0);
  });

  it('describe a new workload, save it and open it', async () => {
    const api = await activated();
    const file = vscode.Uri.file(join(mkdtempSync(join(tmpdir(), 'migtrace-test-')), 'new.migtrace'));
    const options = {
      'folio-size': '4K',
      total: '2M',
      from: '1',
      to: '0',
      reason: 'demotion',
      mode: 'MIGRATE_ASYNC',
      pinned: '3',
    };
    await vscode.commands.executeCommand(COMMANDS.newWorkload, options, file);
    assert.ok(existsSync(file.fsPath));
    const document = await until('it is open', () => api.documents.get(file));
    await until('it is read', () => document.state.kind === 'ready');
    assert.equal(document.summary?.folios, 512);
    assert.equal(document.summary?.problemCount, 0);
    const result = await document.run('serial');
    assert.equal(result?.header.pagesMoved, 509);
    assert.equal(result?.header.pagesFailed, 3);
  });
});

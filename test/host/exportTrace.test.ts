import * as assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { exportTargets } from '../../src/host/commands/exportTrace';
import { COMMANDS } from '../../src/host/ids';
import { closeAll, openTrace, repoFile } from './support';

const recorded = () => repoFile('samples', 'migrate-pages-16m-6.12.migtrace');
const described = () => repoFile('samples', 'promotion-2m.migtrace');

function newFile(name: string): vscode.Uri {
  return vscode.Uri.file(join(mkdtempSync(join(tmpdir(), 'migtrace-test-')), name));
}

describe('Export…', () => {
  afterEach(closeAll);

  it('writes the recorded run in every format, and leaves nothing else behind', async () => {
    await openTrace(recorded());
    const starts: Readonly<Record<string, string>> = {
      perfetto: '\n',
      'trace-event': '{"displayTimeUnit":"ns"',
      csv: '',
      markdown: '## ',
      parquet: 'PAR1',
      'ftrace-text': '# ',
      migtrace: '\u0089MGT',
      'migtrace-text': 'migtrace ',
    };
    for (const { id, format } of exportTargets()) {
      const file = newFile('out.bin');
      await vscode.commands.executeCommand(COMMANDS.exportTrace, recorded(), id, file);
      const content = readFileSync(file.fsPath);
      const start = starts[format] ?? '';
      assert.equal(content.subarray(0, start.length).toString('latin1'), start, id);
      assert.ok(content.length > 100, id);
      assert.deepEqual(readdirSync(dirname(file.fsPath)), ['out.bin']);
    }
  });

  it('writes the simulated run that is shown, with the events its kernel would print', async () => {
    const { document } = await openTrace(described());
    await vscode.commands.executeCommand(COMMANDS.chooseDesign, undefined, 'dcbm-v3');
    const file = newFile('run.txt');
    await vscode.commands.executeCommand(COMMANDS.exportTrace, undefined, 'ftrace-text', file);
    const lines = readFileSync(file.fsPath, 'utf8').split('\n');
    assert.match(lines[0]!, /^# SIMULATED by MigTrace, not recorded by a kernel: dcbm v3 /);
    assert.equal(lines.filter((line) => line.includes(': set_migration_pte: ')).length, 512);
    assert.equal(document.selected, 'dcbm-v3');
  });

  it('writes the run of an item of the Runs view, and replaces a file that is there', async () => {
    const { document } = await openTrace(described());
    const file = newFile('calls.csv');
    await vscode.workspace.fs.writeFile(file, Buffer.from('old'));
    const item = { document, choice: 'batch-cpu' };
    await vscode.commands.executeCommand(COMMANDS.exportTrace, item, 'csv calls', file);
    const [head, call] = readFileSync(file.fsPath, 'utf8').split('\r\n');
    assert.match(head!, /^call,task,pid,.*,copy_ns,/);
    assert.match(call!, /,MIGRATE_SYNC,/);
  });
});

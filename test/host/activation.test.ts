import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS } from '../../src/host/ids';
import { activated, extension } from './support';

describe('activation', () => {
  it('starts no thread and opens no trace', async () => {
    const api = await activated();
    assert.equal(api.worker.generation, 0);
    assert.deepEqual(api.documents.all(), []);
  });

  it('registers exactly the commands that package.json contributes', async () => {
    await activated();
    const registered = (await vscode.commands.getCommands(true)).filter((id) =>
      Object.values<string>(COMMANDS).includes(id),
    );
    const manifest = extension().packageJSON as { contributes: { commands: { command: string }[] } };
    const contributed = manifest.contributes.commands.map(({ command }) => command);
    assert.deepEqual(registered.sort(), contributed.sort());
  });

  it('says what to do when a command needs a trace and none is open', async () => {
    const api = await activated();
    await vscode.commands.executeCommand(COMMANDS.exportTable);
    await vscode.commands.executeCommand(COMMANDS.togglePlay);
    assert.deepEqual(api.documents.all(), []);
  });
});

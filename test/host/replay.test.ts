import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS, SETTINGS_SECTION } from '../../src/host/ids';
import { activated, closeAll, openTrace, repoFile, until } from './support';

const sample = () => repoFile('samples', 'promotion-2m.migtrace');

describe('the replay of a trace', () => {
  afterEach(async () => {
    await vscode.commands.executeCommand(COMMANDS.resetReplay);
    await closeAll();
  });

  it('takes channels, batch limit, threads and rules from commands, and plays only what depends on them anew', async () => {
    const { document } = await openTrace(sample());
    const [serial, threads] = [await document.run('serial'), await document.run('threads')];
    await vscode.commands.executeCommand(COMMANDS.setThreads, undefined, 8);
    assert.deepEqual(document.changes, { threads: 8 });
    assert.equal(await document.run('serial'), serial);
    const again = await document.run('threads');
    assert.notEqual(again, threads);
    assert.equal(again?.run.config?.threads, 8);
    await vscode.commands.executeCommand(COMMANDS.setBatchLimit, undefined, 64);
    assert.equal((await document.run('serial'))?.run.config?.batchPages, 64);
    assert.equal((await document.run('serial'))?.run.batches.length, 8);
    await vscode.commands.executeCommand(COMMANDS.setChannels, undefined, 3);
    assert.equal((await document.run('dcbm-v3'))?.run.config?.channels, 3);
    await vscode.commands.executeCommand(COMMANDS.setKernelRules, undefined, '7.2');
    assert.equal((await document.run('precopy'))?.run.config?.kernel, '7.2');
    await vscode.commands.executeCommand(COMMANDS.resetReplay);
    assert.deepEqual(document.changes, {});
    assert.equal((await document.run('serial'))?.run.config?.batchPages, 512);
  });

  it('does not take a number out of range, nor one that holds anyway', async () => {
    const { document } = await openTrace(sample());
    await vscode.commands.executeCommand(COMMANDS.setChannels, undefined, 17);
    await vscode.commands.executeCommand(COMMANDS.setBatchLimit, undefined, 512);
    assert.deepEqual(document.changes, {});
  });

  it('tells its views, plays on another machine, and lets the tree follow', async () => {
    const api = await activated();
    const { document, panel } = await openTrace(sample());
    await until('the view has its snapshot', () => panel.snapshots > 0);
    const { snapshots } = panel;
    document.configure({ machine: 'series-v3-zen3' });
    await until('the view was told', () => panel.snapshots > snapshots);
    assert.equal((await document.run('serial'))?.run.machine?.name, 'series-v3-zen3');
    await until('the tree shows it', () => api.tree('machine')[0]?.startsWith('v3 series'));
  });

  it('is found again when the trace is opened once more', async () => {
    const { document } = await openTrace(sample());
    document.configure({ channels: 5, completion: 'poll' });
    await closeAll();
    const { document: next } = await openTrace(sample());
    assert.notEqual(next, document);
    assert.deepEqual(next.changes, { channels: 5, completion: 'poll' });
  });

  it('has the settings as defaults', async () => {
    const settings = vscode.workspace.getConfiguration(SETTINGS_SECTION);
    await settings.update('channels', 6, vscode.ConfigurationTarget.Global);
    await settings.update('iommu', 'strict', vscode.ConfigurationTarget.Global);
    try {
      const { document } = await openTrace(sample());
      const config = (await document.run('precopy'))?.run.config;
      assert.equal(config?.channels, 6);
      assert.equal(config?.iommu, 'strict');
      document.configure({ channels: 2 });
      const changed = (await document.run('precopy'))?.run.config;
      assert.equal(changed?.channels, 2);
      assert.equal(changed?.iommu, 'strict');
    } finally {
      await settings.update('channels', undefined, vscode.ConfigurationTarget.Global);
      await settings.update('iommu', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});

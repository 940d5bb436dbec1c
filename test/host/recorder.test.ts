/** Recording out of VS Code, on the kernel the tests run on; where that refuses, the panel says why. */
import * as assert from 'node:assert/strict';
import { readdirSync, rmSync, statSync } from 'node:fs';
import * as vscode from 'vscode';
import { COMMANDS } from '../../src/host/ids';
import { kernelLetsRecord, TRACEFS } from '../support/traceState';
import { activated, closeAll, until } from './support';

describe('recording', () => {
  const mayRecord = kernelLetsRecord();
  let file = '';
  afterEach(async () => {
    const { recorder } = await activated();
    await recorder.stop();
    await until('nothing records', () => !recorder.isBusy);
    await closeAll();
    if (file !== '') rmSync(file, { force: true });
  });

  const outcome = mayRecord
    ? 'shows the kernel live, and opens the trace when it is stopped'
    : 'says why it cannot, and what to run';
  it(outcome, async () => {
    const api = await activated();
    const { recorder } = api;
    const working = vscode.commands.executeCommand(COMMANDS.recordTrace);
    if (!mayRecord) {
      await working;
      const { state } = recorder;
      assert.ok(state.kind === 'problem', state.kind);
      assert.match(state.problem.message, /tracefs|tracing|Linux|CONFIG_MIGRATION/);
      assert.equal(recorder.figures.figures, null);
      return;
    }
    await until(
      'figures came',
      () => recorder.state.kind === 'recording' && recorder.figures.points.length > 2,
    );
    file = recorder.told.file;
    const instances = readdirSync(`${TRACEFS}/instances`).filter((name) =>
      name.startsWith(`migtrace-${process.pid}-`),
    );
    assert.equal(instances.length, 1);
    const { figures } = recorder.figures;
    assert.ok(figures !== null && figures.cpus > 0 && figures.seconds > 0);
    await vscode.commands.executeCommand(COMMANDS.stopRecording);
    await working;
    const { state } = recorder;
    assert.ok(state.kind === 'done', state.kind === 'problem' ? state.problem.message : state.kind);
    assert.equal(state.done.agrees, true, state.done.reason);
    assert.equal(state.done.bytes, statSync(file).size);
    const document = await until('the trace is open', () => api.documents.get(vscode.Uri.file(file)));
    await until('the trace is read', () => document.state.kind !== 'loading');
    assert.equal(document.summary?.provenance.origin, 'recorded');
    assert.ok((document.summary?.machine?.nodes.length ?? 0) > 0);
    const left = readdirSync(`${TRACEFS}/instances`).filter((name) =>
      name.startsWith(`migtrace-${process.pid}-`),
    );
    assert.deepEqual(left, []);
  });
});

import * as assert from 'node:assert/strict';
import { activated, closeAll, openTrace, repoFile, until } from './support';

const sample = () => repoFile('samples', 'promotion-2m.migtrace');

describe('the analysis thread', () => {
  afterEach(closeAll);

  it('is started anew after a crash, and the open trace is read again when it is needed', async () => {
    const api = await activated();
    const { document } = await openTrace(sample());
    const before = await document.run('serial');
    const generation = api.worker.generation;
    let reason = '';
    const subscription = api.worker.onDidStop((text) => (reason = text));
    api.worker.kill();
    await until('the crash is noticed', () => reason !== '');
    subscription.dispose();
    const after = await document.run('dcbm-v1');
    assert.equal(api.worker.generation, generation + 1);
    assert.equal(after?.header.pagesMoved, before?.header.pagesMoved);
    assert.equal(document.state.kind, 'ready');
  });

  it('rejects what was asked during a crash with a reason, and answers the next request', async () => {
    const { document } = await openTrace(sample());
    const api = await activated();
    const asked = api.worker.request('overhead', { machine: null });
    api.worker.kill();
    await assert.rejects(asked, /the analysis thread stopped/);
    assert.ok((await document.overhead()).rows.length > 0);
  });
});

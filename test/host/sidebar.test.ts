import { COPY_PATHS } from '../../src/engine/sim/run';
import * as assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { COSTS, VARIATIONS } from '../../src/engine/machine/costs';
import { DEFAULT_MACHINE } from '../../src/engine/machine/presets/registry';
import { COMMANDS, VIEWS } from '../../src/host/ids';
import { activated, closeAll, openTrace, repoFile, scratchFile, until } from './support';

const sample = () => repoFile('samples', 'promotion-2m.migtrace');

describe('the sidebar', () => {
  afterEach(async () => {
    await vscode.commands.executeCommand(COMMANDS.configureTopology, '');
    await closeAll();
  });

  it('shows the nodes, CPUs, channels and every cost of the machine', async () => {
    const api = await activated();
    const lines = api.tree('machine').map((line) => line.trim());
    assert.ok(lines[0]?.startsWith(DEFAULT_MACHINE.title));
    for (const node of DEFAULT_MACHINE.nodes) {
      assert.ok(lines.some((line) => line.startsWith(`node ${node.id}  ${node.cpus.length} CPUs`)));
    }
    assert.ok(lines.includes('CPUs  0-15,32-47'));
    const channels = DEFAULT_MACHINE.dmaDevices.reduce((sum, device) => sum + device.channels, 0);
    assert.equal(lines.filter((line) => /^dma\d+chan\d+$/.test(line)).length, channels);
    for (const name of [...Object.keys(COSTS), ...Object.keys(VARIATIONS)]) {
      assert.ok(
        lines.some((line) => line.startsWith(`${name}  `)),
        `${name} is not shown`,
      );
    }
    assert.ok(lines.some((line) => line.startsWith('callEntry  6,250 ns · fitted')));
  });

  it('shows the nodes that a trace was recorded on, found beside it', async () => {
    const api = await activated();
    const folder = mkdtempSync(path.join(tmpdir(), 'migtrace-beside-'));
    const trace = path.join(folder, 'trace.txt.gz');
    copyFileSync(repoFile('test', 'fixtures', 'traces', 'mp-2m-thp', 'trace.txt.gz').fsPath, trace);
    for (const name of ['zoneinfo.gz', 'nodes.tar.gz'])
      copyFileSync(repoFile('test', 'fixtures', 'companions', 'cxl3', name).fsPath, path.join(folder, name));
    await openTrace(vscode.Uri.file(trace));
    const lines = await until('the tree shows them', () => {
      const found = api.tree('machine');
      return found.includes('Recorded on  3 nodes') && found;
    });
    assert.ok(lines.includes('  node 0  1.47 GB · 393,215 page frames'), lines.join('\n'));
    assert.ok(lines.includes('  node 2  1.44 GB · 393,216 page frames'));
    await closeAll();
    rmSync(folder, { recursive: true });
  });

  it('lists the designs of an open trace, with figures once they were played', async () => {
    const api = await activated();
    const { document } = await openTrace(sample());
    await document.run('dcbm-v1');
    const lines = await until('dcbm v1 has figures', () => {
      const found = api.tree('runs');
      return found.some((line) => /^ {2}dcbm v1 {2}\S+ GB\/s · 512 pages/.test(line)) && found;
    });
    assert.equal(lines[0], 'promotion-2m.migtrace  1 call · 512 folios');
    assert.equal(lines.filter((line) => line.startsWith('  ')).length, COPY_PATHS.length);
  });

  it('shows the design that a click on it chooses', async () => {
    const { document } = await openTrace(sample());
    await vscode.commands.executeCommand(COMMANDS.selectRun, { document, choice: 'batch-cpu' });
    assert.equal(document.selected, 'batch-cpu');
    await until('the view asked for the run', () => document.headers().has('batch-cpu'));
  });

  it('follows the machine that is chosen, and plays the runs anew on it', async () => {
    const api = await activated();
    const { document, panel } = await openTrace(sample());
    const before = await document.run('serial');
    const file = scratchFile(
      'twice.migtopo.json',
      JSON.stringify({
        extends: DEFAULT_MACHINE.name,
        name: 'twice',
        title: 'Twice the channels',
        dmaDevices: [
          { name: 'dma0', channels: 2 },
          { name: 'dma1', channels: 2 },
        ],
      }),
    );
    await until('the view has its snapshot', () => panel.snapshots > 0);
    const snapshots = panel.snapshots;
    await vscode.commands.executeCommand(COMMANDS.configureTopology, file.fsPath);
    await until('the tree shows the machine', () => api.tree('machine')[0]?.startsWith('Twice the channels'));
    assert.ok(api.tree('machine').includes('DMA  2 devices · 4 channels'));
    await until('the view was told', () => panel.snapshots > snapshots);
    const after = await document.run('serial');
    assert.equal(after?.run.machine?.name, 'twice');
    assert.equal(after?.run.end, before?.run.end);
  });

  it('reports a machine file that cannot be used at the line of the mistake, and keeps a machine', async () => {
    const api = await activated();
    const file = scratchFile('wrong.migtopo.json', '{\n  "extends": "no-such-machine"\n}\n');
    await vscode.commands.executeCommand(COMMANDS.configureTopology, file.fsPath);
    const [diagnostic] = await until('the mistake is listed', () => {
      const found = vscode.languages.getDiagnostics(file).filter(({ source }) => source === 'MigTrace');
      return found.length > 0 && found;
    });
    assert.equal(diagnostic?.range.start.line, 1);
    assert.equal(diagnostic?.severity, vscode.DiagnosticSeverity.Error);
    assert.ok(api.tree('machine')[0]?.startsWith(DEFAULT_MACHINE.title));
  });

  it('shows what plays in the live view and in the status bar', async () => {
    const api = await activated();
    await openTrace(sample());
    await vscode.commands.executeCommand(`${VIEWS.live}.focus`);
    await vscode.commands.executeCommand(COMMANDS.openTrace, sample());
    await until('the view shows its run', () => api.panels.current?.document.headers().has('serial'));
    await vscode.commands.executeCommand(COMMANDS.togglePlay);
    const live = await until('something plays', () => api.live());
    assert.equal(live.traceName, 'promotion-2m.migtrace');
    assert.equal(live.playhead.pagesTotal, 512);
    await until('the status bar follows', () =>
      /promotion-2m\.migtrace {2}\d+ \/ 512 pages \(\d+ %\)/.test(api.status()),
    );
    await vscode.commands.executeCommand(COMMANDS.toEnd);
    await until('everything is moved', () => /512 \/ 512 pages \(100 %\)/.test(api.status()));
    await closeAll();
    assert.equal(api.live(), null);
  });
});

/**
 * `migtrace record` on the kernel these tests run on. Where that kernel does not let itself be recorded (a container, a
 * user without rights), recording must say so and what to run: both outcomes are real.
 */
import { strict as assert } from 'node:assert';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { scratchFolder } from '../recorder/support';
import { migtrace } from '../support/migtrace';
import { kernelLetsRecord, TRACEFS, traceState } from '../support/traceState';

interface Document {
  readonly schema: number;
  readonly format: string;
  readonly kernel: string;
  readonly clock: string;
  readonly totals: Readonly<Record<string, number>>;
  readonly calls: { readonly total: number };
  readonly lostEvents: number;
  readonly problemCount: number;
  readonly agrees: boolean;
  readonly stoppedBy: string;
  readonly command: { readonly exitCode: number; readonly args: readonly string[] } | null;
  readonly recorded: { readonly events: number; readonly removed_stale: readonly string[] };
  readonly vmstat: {
    readonly reason: string;
    readonly counters: readonly {
      name: string;
      field: string;
      recorded: number;
      counted: unknown;
      agrees: boolean;
    }[];
  };
}

/** Any of the reasons why a kernel is not recorded, with what to run. */
const REFUSALS =
  /(is not mounted: .*\n.*\n {2}sudo mount -t tracefs nodev \/sys\/kernel\/tracing)|(You \(user \d+\) may not use .*\nRun one of these:\n {2}sudo .*record.*\n {2}sudo mount -o remount,uid=\d+ )|(has no tracefs)|(forbids tracing even to root)|(is mounted read-only .*\n.*\n {2}sudo mount -o remount,rw )|(Recording reads the tracefs of a Linux kernel)|(CONFIG_MIGRATION)/;

const SYSTEMS = ['migrate', 'compaction', 'thp', 'tlb'];
const ours = () => readdirSync(`${TRACEFS}/instances`).filter((name) => name.startsWith('migtrace-'));

describe('migtrace record', () => {
  const mayRecord = kernelLetsRecord();
  const folder = scratchFolder();
  const output = join(folder.path, 'out.migtrace');
  after(() => folder.remove());

  const begin = (args: readonly string[] = []) => {
    const child = spawn(process.execPath, ['dist/cli.js', 'record', '-o', output, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    // The first line on stderr comes after a second of recording.
    const isRecording = once(child.stderr, 'data');
    child.stderr.resume();
    const ended = once(child, 'exit').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as string | null,
      stdout,
    }));
    return { child, isRecording, ended };
  };

  it('takes no wrong options', () => {
    for (const [args, message] of [
      [[], /needs -o/],
      [['-o', output, '--size', 'much'], /--size much/],
      [['-o', output, '--seconds', '-1'], /--seconds/],
      [['-o', output, '--pid', 'x'], /--pid x/],
      [['-o', output, 'sleep', '1'], /stands behind --/],
      [['-o', output, '--'], /needs a command/],
    ] as const) {
      const { code, stderr } = migtrace(['record', ...args]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
  });

  if (!mayRecord) {
    it('says why it cannot record here, and what to run', () => {
      const { code, stderr, stdout } = migtrace(['record', '-o', output, '--seconds', '1', '--json']);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, REFUSALS);
      assert.ok(!existsSync(output));
    });
    return;
  }

  it('records what a command makes the kernel do, equal to what /proc/vmstat counted, and changes no setting', () => {
    const before = traceState(SYSTEMS);
    const other = `${TRACEFS}/instances/test-other-${process.pid}`;
    mkdirSync(other);
    try {
      writeFileSync(`${other}/events/migrate/mm_migrate_pages/enable`, '1');
      writeFileSync(`${other}/trace_clock`, 'boot');
      let document: Document | undefined;
      // Whether there is something to compact depends on where the memory lies; so try sizes until pages move.
      for (const chunk of [1024, 2048, 512, 1024, 4096, 256]) {
        const run = migtrace([
          'record',
          '-o',
          output,
          '--json',
          '--',
          process.execPath,
          'test/support/fragmentMemory.mjs',
          '512',
          String(chunk),
        ]);
        assert.equal(run.code, 0, run.stderr);
        document = JSON.parse(run.stdout) as Document;
        assert.equal(document.lostEvents, 0);
        assert.equal(document.agrees, true, document.vmstat.reason);
        assert.deepEqual(
          document.vmstat.counters.filter(({ agrees }) => !agrees),
          [],
        );
        assert.equal(document.stoppedBy, 'command');
        assert.equal(document.command?.exitCode, 0);
        if ((document.totals['nr_succeeded'] ?? 0) > 0) break;
      }
      assert.ok(
        document !== undefined && (document.totals['nr_succeeded'] ?? 0) > 0,
        'the kernel moved no page',
      );
      const counter = document.vmstat.counters.find(({ name }) => name === 'pgmigrate_success');
      assert.equal(counter?.recorded, document.totals['nr_succeeded']);
      const again = migtrace(['info', output, '--json']);
      const info = JSON.parse(again.stdout) as Document;
      assert.deepEqual(info.totals, document.totals);
      assert.equal(info.kernel, readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim());
      assert.equal(info.clock, 'mono');
      assert.equal(info.problemCount, 0);
      // Nothing of others changed.
      assert.equal(readFileSync(`${other}/events/migrate/mm_migrate_pages/enable`, 'utf8').trim(), '1');
      assert.match(readFileSync(`${other}/trace_clock`, 'utf8'), /\[boot\]/);
    } finally {
      rmdirSync(other);
    }
    assert.deepEqual(traceState(SYSTEMS), before);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`ends with ${signal}, and writes what it has`, async () => {
      const { child, isRecording, ended } = begin(['--json']);
      await isRecording;
      child.kill(signal);
      const { code, stdout } = await ended;
      assert.equal(code, 0);
      const document = JSON.parse(stdout) as Document;
      assert.equal(document.stoppedBy, 'asked');
      assert.equal(document.agrees, true, document.vmstat.reason);
      assert.ok(statSync(output).size > 0);
    });
  }

  it('is cleaned up after, when it was killed', async () => {
    for (const clean of [
      ['--clean', '--json'],
      ['-o', output, '--seconds', '0.1', '--json'],
    ]) {
      const before = new Set(ours());
      const { child, isRecording, ended } = begin();
      await isRecording;
      const left = ours().find((name) => !before.has(name)) ?? '';
      assert.match(left, new RegExp(`^migtrace-${child.pid}-`));
      child.kill('SIGKILL');
      assert.equal((await ended).signal, 'SIGKILL');
      assert.ok(ours().includes(left));
      const { code, stdout, stderr } = migtrace(['record', ...clean]);
      assert.equal(code, 0, stderr);
      assert.ok(stdout.includes(left));
      assert.ok(!ours().includes(left));
    }
  });

  it('says to a user without rights exactly what to run', () => {
    const tool = join(folder.path, 'cli.js');
    copyFileSync('dist/cli.js', tool);
    chmodSync(folder.path, 0o755);
    const own = process.getuid?.() ?? -1;
    const uid = own === 0 ? 65_534 : own;
    // Nothing of the tests' own options: that user can read none of their files.
    const env = { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: '' };
    const run = spawnSync(process.execPath, [tool, 'record', '-o', 'my file.migtrace'], {
      ...(own === 0 && { uid, gid: uid }),
      env,
      encoding: 'utf8',
    });
    assert.equal(run.status, 1);
    assert.match(run.stderr, REFUSALS);
    // In debugfs, which only root may enter, nobody else sees that there is one.
    if (!mayRecord || TRACEFS !== '/sys/kernel/tracing') return;
    assert.equal(
      run.stderr,
      `migtrace record: You (user ${uid}) may not use ${TRACEFS}, where the kernel is traced: it belongs to root. Record with sudo, or give it to your user until the next boot; mounting it again with uid=0 takes it back.
Run one of these:
  sudo ${process.execPath} ${tool} record -o 'my file.migtrace'
  sudo mount -o remount,uid=${uid} ${TRACEFS}
`,
    );
  });
});

/** The command line as a process: documents, exit codes, what goes to stdout and what to stderr. */
import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migtrace } from '../support/migtrace';

const WORKLOAD =
  'migtrace 1\ncall mode=MIGRATE_SYNC reason=syscall_or_cpuset from=1 to=0\n  folios 1000\n  folios 4 fate=pinned-get\n';

/** The fields of the verbs' documents that are looked at here. */
interface Document {
  schema: number;
  kernel: string | null;
  totals: Record<string, number>;
  folios: Record<string, unknown>;
  calls: Record<string, number>;
  agrees: boolean | null;
  observed: object | null;
  config: Record<string, unknown>;
  events: Record<string, number>;
  time: { total_ns: number; phases_ns: Record<string, number> };
  returned: number[];
  perPage: object;
  dma: Record<string, unknown>;
  total: number;
  within: number;
  cells: object[];
  problemCount: number;
}

/** The one document on stdout; throws when there is anything else. */
function json(args: readonly string[], input?: string): Document {
  const { code, stdout, stderr } = migtrace([...args, '--json'], input);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Document;
}

describe('cli', () => {
  let folder = '';
  let workload = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'migtrace-test-'));
    workload = join(folder, 'workload.migtrace');
    writeFileSync(workload, WORKLOAD);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('explains itself and every verb, with an example each', () => {
    const help = migtrace(['--help']);
    assert.equal(help.code, 0);
    const verbs = [...help.stdout.matchAll(/^ {2}(\w+)/gm)].map((match) => match[1] ?? '');
    assert.ok(verbs.length >= 7, String(verbs));
    for (const verb of verbs) {
      const text = migtrace([verb, '--help']);
      assert.equal(text.code, 0, verb);
      assert.match(text.stdout, new RegExp(`Example:\\n  migtrace ${verb} `));
    }
  });

  it('shows what a recording holds', () => {
    const document = json(['info', 'samples/pinned-vmsplice-6.12.migtrace']);
    assert.equal(document.schema, 1);
    assert.equal(document.kernel, '6.12.107');
    assert.deepEqual(document.totals, {
      nr_succeeded: 1024,
      nr_failed: 256,
      nr_thp_succeeded: 0,
      nr_thp_failed: 0,
      nr_thp_split: 0,
      nr_split: 0,
    });
    assert.equal(document.folios['restored'], 256);
    assert.equal(document.calls['incomplete'], 0);
  });

  it('replays a recording to the recorded totals, events and return values', () => {
    const document = json(['replay', 'samples/pinned-vmsplice-6.12.migtrace']);
    assert.equal(document.agrees, true);
    assert.equal(document.config['kernel'], '6.12');
    assert.equal(document.events['set_migration_pte'], 1536);
    const phases = Object.values(document.time.phases_ns);
    const sum = phases.reduce((total, ns) => total + ns, 0);
    assert.ok(Math.abs(sum - document.time.total_ns) < 1e-3, `${sum} against ${document.time.total_ns}`);
    const kept = document.returned.reduce((total, value) => total + value, 0);
    assert.equal(kept, 256);
  });

  it('takes the options of a replay, and the same seed gives the same figures', () => {
    const args = [
      'replay',
      workload,
      '--path',
      'dcbm-v1',
      '--batch-pages',
      '64',
      '--runs',
      '5',
      '--seed',
      '9',
    ];
    const first = json(args);
    const second = json(args);
    assert.deepEqual(first.perPage, second.perPage);
    assert.equal(first.dma['descriptors'], 1000);
    assert.equal(first.config['batchPages'], 64);
    assert.equal(first.observed, null);
    assert.equal(first.agrees, null);
    assert.notDeepEqual(json([...args.slice(0, -1), '10']).perPage, first.perPage);
  });

  it('plays a workload by the rules of 6.1, ten attempts for each pinned page', () => {
    const document = json([
      'replay',
      'samples/pinned-vmsplice-6.12.migtrace',
      '--kernel',
      '6.1',
      '--runs',
      '1',
    ]);
    assert.equal(document.config['kernel'], '6.1');
    assert.equal(document.agrees, true);
    assert.equal(document.events['set_migration_pte'], 1024 + 10 * 256);
  });

  it('refuses a batch design under 6.1, and says what to choose', () => {
    for (const path of ['batch-cpu', 'dcbm-v1']) {
      const { code, stdout, stderr } = migtrace(['replay', workload, '--kernel', '6.1', '--path', path]);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(
        stderr,
        new RegExp(`^migtrace replay: The design ${path} cannot be played by the rules of 6.1`),
      );
      assert.match(stderr, /Choose the design serial, or the rules of 6\.8 or later\./);
    }
  });

  it('ends a replay of hours at once when it is interrupted', async () => {
    const file = join(folder, 'long.migtrace');
    writeFileSync(file, `${WORKLOAD}  folios 1000000\n  folios many\n`);
    const args = ['dist/cli.js', 'replay', file, '--path', 'async', '--runs', '100000'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    // The problem of the last line is told when the file has been read; then it simulates.
    await once(child.stderr, 'data');
    const interrupts = setInterval(() => child.kill('SIGINT'), 100);
    const [code, signal] = await ended;
    clearInterval(interrupts);
    assert.ok(code === 130 || signal === 'SIGINT', `${code}, ${signal}`);
  });

  it('reads stdin for -', () => {
    const document = json(['replay', '-'], WORKLOAD);
    assert.equal(document.totals['nr_succeeded'], 1000);
    assert.equal(document.totals['nr_failed'], 4);
  });

  it('reproduces the table of RFC v1 in all 36 cells', () => {
    const document = json(['reproduce', 'rfc-v1']);
    assert.equal(document.total, 36);
    assert.equal(document.within, 36);
    assert.equal(document.cells.length, 36);
    assert.deepEqual(Object.keys(document.cells[0] ?? {}).sort(), [
      'metric',
      'path',
      'published',
      'simulated',
      'size',
      'withinOneSd',
    ]);
  });

  it('prints tables for people without --json', () => {
    assert.match(migtrace(['overhead', workload]).stdout, /dcbm v1 +[\d.]+ ± [\d.]+/);
    assert.match(migtrace(['info', workload]).stdout, /1 calls/);
    assert.match(migtrace(['replay', workload]).stdout, /pages moved +1000/);
    assert.match(migtrace(['reproduce', 'rfc-v1']).stdout, /36 of 36 cells within one published SD/);
  });

  it('writes a described workload that reads back as described', () => {
    const file = join(folder, 'synth.migtrace');
    const made = migtrace([
      'synth',
      '-o',
      file,
      '--total',
      '4M',
      '--pinned',
      '7',
      '--pin',
      'pin',
      '--mm-cpus',
      '3',
    ]);
    assert.equal(made.code, 0, made.stderr);
    const document = json(['replay', file]);
    assert.equal(document.totals['nr_succeeded'], 1024 - 7);
    assert.equal(document.totals['nr_failed'], 7);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.tmp')),
      [],
      'no temporary file stays',
    );
  });

  it('converts between text and packed without losing anything', () => {
    const packed = join(folder, 'a.migtrace');
    const text = join(folder, 'b.migtrace');
    const again = join(folder, 'c.migtrace');
    migtrace(['convert', 'samples/migrate-pages-16m-6.12.migtrace', '-o', packed]);
    migtrace(['convert', packed, '-o', text, '--encoding', 'text']);
    migtrace(['convert', text, '-o', again]);
    assert.ok(readFileSync(packed).equals(readFileSync(again)));
    assert.equal(readFileSync(text, 'utf8').slice(0, 10), 'migtrace 1');
    assert.equal(json(['validate', text]).problemCount, 0);
  });

  it('writes a recording as what the extension says, whole or not at all', () => {
    const source = 'samples/migrate-pages-16m-6.12.migtrace';
    const starts: Record<string, string> = {
      'out.pftrace': '\n',
      'out.json': '{"displayTimeUnit":"ns"',
      'out.csv': 'call,task,pid,',
      'out.md': '## totals',
      'out.parquet': 'PAR1',
      'out.txt': '# ',
      'out.migtrace': '\u0089MGT',
    };
    for (const [name, start] of Object.entries(starts)) {
      const file = join(folder, name);
      const { code, stderr } = migtrace(['convert', source, '-o', file]);
      assert.equal(code, 0, stderr);
      assert.equal(readFileSync(file).subarray(0, start.length).toString('latin1'), start, name);
    }
    const table = join(folder, 'folios.out');
    assert.equal(migtrace(['convert', source, '-o', table, '--to', 'csv', '--table', 'folios']).code, 0);
    assert.match(readFileSync(table, 'utf8'), /^call,batch_of_call,address,/);
    const before = readFileSync(table);
    const refused = migtrace(['convert', 'samples/promotion-4k.migtrace', '-o', table, '--to', 'csv']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /no kernel has run\. Simulate it: migtrace replay/);
    assert.doesNotMatch(refused.stderr, /\n {4}at /, 'no stack trace');
    assert.ok(readFileSync(table).equals(before), 'the old file stays');
    assert.equal(migtrace(['convert', source, '-o', join(folder, 'no', 'such', 'folder.csv')]).code, 1);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  it('writes the simulated run of a replay; read back, the text gives the same totals', () => {
    const text = join(folder, 'simulated.txt');
    const played = migtrace(['replay', 'samples/mixed-fates.migtrace', '--json', '-o', text]);
    assert.equal(played.code, 0, played.stderr);
    assert.match(played.stderr, /simulated\.txt: /);
    const { totals } = JSON.parse(played.stdout) as Document;
    assert.match(readFileSync(text, 'utf8'), /^# SIMULATED by MigTrace/);
    assert.deepEqual(json(['info', text]).totals, totals);
    const as = join(folder, 'simulated.out');
    assert.equal(migtrace(['replay', 'samples/mixed-fates.migtrace', '-o', as, '--as', 'migtrace']).code, 0);
    assert.deepEqual(json(['info', as]).totals, totals);
  });

  it('says where a file is wrong and what to do, keeps the rest, and exits 1 when asked to validate', () => {
    const file = join(folder, 'wrong.migtrace');
    writeFileSync(file, `${WORKLOAD}  folios many\n`);
    const validated = migtrace(['validate', file]);
    assert.equal(validated.code, 1);
    assert.match(validated.stderr, /wrong\.migtrace:5: .+\. .+\./);
    const played = migtrace(['replay', file, '--json']);
    assert.equal(played.code, 0);
    assert.equal((JSON.parse(played.stdout) as Document).totals['nr_succeeded'], 1000);
  });

  for (const [what, args, input] of [
    ['a file that is not there', ['info', 'no/such/file'], undefined],
    ['an empty file', ['info', '-'], ''],
    ['something else', ['replay', '-'], 'PK\u0003\u0004 this is no trace\u0000\u0001'],
  ] as const) {
    it(`exits 1 for ${what}, with the reason on stderr and nothing on stdout`, () => {
      const { code, stdout, stderr } = migtrace(args, input);
      assert.equal(code, 1, stderr);
      assert.equal(stdout, '');
      assert.ok(stderr.length > 20, stderr);
      assert.doesNotMatch(stderr, /\n {4}at /, 'no stack trace');
    });
  }

  for (const args of [
    [],
    ['dance'],
    ['info'],
    ['info', 'a', 'b'],
    ['info', '--loud', 'x'],
    ['replay', 'x', '--path', 'magic'],
    ['replay', 'x', '--runs', '0'],
    ['reproduce', 'rfc-v9'],
    ['synth', '--total', '4M'],
    ['convert', 'x'],
    ['convert', 'x', '-o', 'y.xyz'],
    ['convert', 'x', '-o', 'y.csv', '--table', 'chairs'],
    ['convert', 'x', '-o', 'y.pftrace', '--table', 'calls'],
    ['replay', 'x', '--as', 'csv'],
  ]) {
    it(`exits 2 for wrong usage: migtrace ${args.join(' ')}`, () => {
      const { code, stdout, stderr } = migtrace(args);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.notEqual(stderr, '');
    });
  }
});

/** Where tracefs is, who may use it, and what to run; whose instances are removed. */
import { strict as assert } from 'node:assert';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { instanceName, isAlive, ownerOf, startTicks } from '../../src/recorder/instanceName';
import { RecorderProblem } from '../../src/recorder/recorderProblem';
import { cleanFolders, cleanInstances } from '../../src/recorder/stale';
import { findTracefs, tracefsProblem } from '../../src/recorder/tracefs';
import { FakeKernel } from './fakeKernel';
import { ROOT, scratchFolder, USER } from './support';

const PLACE = '/sys/kernel/tracing';

function problemOf(work: () => unknown): RecorderProblem {
  try {
    work();
  } catch (error) {
    if (error instanceof RecorderProblem) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

describe('tracefs', () => {
  let kernel = new FakeKernel();
  beforeEach(() => {
    kernel = new FakeKernel();
  });

  it('is found where it is mounted, also elsewhere than usual', () => {
    assert.equal(findTracefs(kernel, ROOT), PLACE);
    kernel.faults.push({ act: 'probe', path: /^\/sys\/kernel/, code: 'ENOENT' });
    kernel.texts.set('/proc/mounts', String.raw`none /mnt/my\040traces tracefs rw 0 0` + '\n');
    kernel.texts.set('/mnt/my traces/instances', '');
    assert.equal(findTracefs(kernel, ROOT), '/mnt/my traces');
  });

  it('is to be mounted where it is not', () => {
    kernel.faults.push({ act: 'probe', path: /tracing/, code: 'ENOENT' });
    const { message, commands } = problemOf(() => findTracefs(kernel, ROOT));
    assert.match(message, /not mounted/);
    assert.deepEqual(commands, ['sudo mount -t tracefs nodev /sys/kernel/tracing']);
  });

  it('is not to be had from a kernel without it', () => {
    kernel.faults.push({ act: 'probe', path: /tracing/, code: 'ENOENT' });
    kernel.texts.set('/proc/filesystems', 'nodev\tproc\n\text4\n');
    const { message, commands } = problemOf(() => findTracefs(kernel, ROOT));
    assert.match(message, /no tracefs/);
    assert.deepEqual(commands, []);
  });

  it('is of Linux only', () => {
    assert.match(
      problemOf(() => findTracefs(kernel, { ...ROOT, platform: 'darwin' })).message,
      /this is darwin/,
    );
  });

  it('asks a user who may not use it to run either command', () => {
    kernel.faults.push({ act: 'probe', path: /tracing/, code: 'EACCES' });
    const { message, commands } = problemOf(() => findTracefs(kernel, USER));
    assert.match(message, /You \(user 1000\) may not use \/sys\/kernel\/tracing/);
    assert.deepEqual(commands, [
      'sudo migtrace record -o x.migtrace',
      'sudo mount -o remount,uid=1000 /sys/kernel/tracing',
    ]);
  });

  it('says of every refusal what to do', () => {
    const refusal = (code: string, asker = ROOT) =>
      tracefsProblem(Object.assign(new Error(code), { code }), 'It', PLACE, asker);
    assert.match(refusal('EPERM').message, /forbids tracing even to root/);
    assert.match(refusal('EPERM', USER).message, /may not use/);
    assert.deepEqual(refusal('EROFS').commands, [`sudo mount -o remount,rw ${PLACE}`]);
    assert.match(refusal('EINVAL').message, /^It failed: EINVAL\.$/);
    const own = new RecorderProblem('as it was');
    assert.equal(tracefsProblem(own, 'It', PLACE, ROOT), own);
  });
});

describe('what a killed recorder left', () => {
  const self = { pid: process.pid, startTicks: 4242 };
  let kernel = new FakeKernel();
  beforeEach(() => {
    kernel = new FakeKernel();
  });

  it('is known by the process that made it and when that began', () => {
    const name = instanceName({ pid: 77, startTicks: 123 }, 'abc123');
    assert.deepEqual(ownerOf(name), { pid: 77, startTicks: 123 });
    for (const other of ['migtrace', 'migtrace-77', 'migtrace-77-123', 'my-migtrace-77-123-abc123', 'foo'])
      assert.equal(ownerOf(other), null, other);
    assert.equal(startTicks(kernel, process.pid), 4242);
    assert.equal(startTicks(kernel, 999_999), null);
    kernel.addProcess(77, 123);
    assert.equal(isAlive(kernel, { pid: 77, startTicks: 123 }), true);
    // The number was given to another process meanwhile.
    assert.equal(isAlive(kernel, { pid: 77, startTicks: 122 }), false);
  });

  it('is removed when its process is gone, and nothing of others is', () => {
    kernel.addProcess(50, 500);
    kernel.addProcess(60, 601);
    const names = {
      dead: 'migtrace-40-400-aaaaaa',
      living: 'migtrace-50-500-bbbbbb',
      reused: 'migtrace-60-600-cccccc',
      mine: `migtrace-${self.pid}-4242-dddddd`,
      foreign: 'trace-cmd',
    };
    for (const name of Object.values(names)) kernel.instances.add(name);
    const { removed, kept } = cleanInstances(kernel, PLACE, self);
    assert.deepEqual([...removed].sort(), [names.dead, names.reused, names.mine].sort());
    assert.deepEqual(kept, []);
    assert.deepEqual([...kernel.instances], [names.living, names.foreign]);
  });

  it('stays where somebody uses it', () => {
    kernel.instances.add('migtrace-40-400-aaaaaa');
    kernel.instances.add(`migtrace-${self.pid}-4242-dddddd`);
    kernel.faults.push({ act: 'removeFolder', path: /./, code: 'EBUSY' });
    const { removed, kept } = cleanInstances(kernel, PLACE, self);
    assert.deepEqual(removed, []);
    assert.deepEqual(kept, [{ name: 'migtrace-40-400-aaaaaa', why: 'some process still reads it' }]);
  });

  it('goes with its pages', () => {
    const folder = scratchFolder();
    kernel.addProcess(50, 500);
    for (const name of ['migtrace-40-400-aaaaaa', 'migtrace-50-500-bbbbbb', 'keep-me'])
      mkdirSync(join(folder.path, name));
    assert.deepEqual(cleanFolders(kernel, folder.path, self).removed, ['migtrace-40-400-aaaaaa']);
    assert.deepEqual(readdirSync(folder.path).sort(), ['keep-me', 'migtrace-50-500-bbbbbb']);
    folder.remove();
  });
});

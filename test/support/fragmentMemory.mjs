// @ts-check
// Makes the kernel migrate pages: fills two files in memory (tmpfs) by turns, removes one, and has the memory compacted.
//   node test/support/fragmentMemory.mjs MEBIBYTES CHUNK_KIB
// Pieces of some 256 KiB and more leave room for the large folios of the page cache; without it compaction gives up.
import { closeSync, openSync, rmSync, statfsSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';

const [mebibytes = 512, chunkKib = 1024] = process.argv.slice(2).map(Number);
const MIB = 2 ** 20;
// Not more than a quarter of what is free; on disk where memory holds no files, whose cache is as good.
const bytes = Math.min(mebibytes * MIB, freemem() / 4);
const folder = roomIn('/dev/shm') >= bytes ? '/dev/shm' : tmpdir();
const files = ['a', 'b'].map((name) => `${folder}/fragment-${process.pid}-${name}`);
const chunk = Buffer.alloc(chunkKib * 1024, 1);
try {
  const open = files.map((file) => openSync(file, 'wx'));
  for (let done = 0; done < mebibytes * 1024; done += 2 * chunkKib)
    for (const file of open) writeSync(file, chunk);
  for (const file of open) closeSync(file);
  unlinkSync(String(files[0]));
  writeFileSync('/proc/sys/vm/compact_memory', '1');
} finally {
  for (const file of files) rmSync(file, { force: true });
}

/** @param {string} place */
function roomIn(place) {
  try {
    const { bavail, bsize } = statfsSync(place);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

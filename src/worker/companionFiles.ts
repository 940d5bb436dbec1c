/**
 * Files that tell more about a recording: given by name, or found beside it under the names that recorders (and the shared samples) use:
 * vmstat.before and vmstat.after, zoneinfo, nodes.tar.gz, dmesg.
 */
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Parsed } from '../base/problem';
import { type Companions, readCompanionTexts } from '../trace/companions/companions';
import { isNodeFile, type NamedText } from '../trace/companions/nodeFiles';
import { readTar } from '../trace/companions/tar';

/** Paths a person gave; what is missing is looked for beside the trace. */
export interface CompanionPaths {
  readonly vmstatBefore?: string | undefined;
  readonly vmstatAfter?: string | undefined;
  readonly zoneinfo?: string | undefined;
  /** A directory like /sys/devices/system/node, a tar(.gz) of such files, zoneinfo, or boot messages. */
  readonly topology?: string | undefined;
}

export interface FoundCompanions extends Parsed<Companions> {
  /** Names of the files that were found beside the trace and used. */
  readonly beside: readonly string[];
}

/** Larger files are none of those that are meant. */
const MAX_BYTES = 64 << 20;
/** `ustar`, at 257 of a tar archive. */
const TAR_MAGIC_AT = 257;
const ZONEINFO = /^zoneinfo([._-].*)?$/;
const DMESG = /^dmesg([._-].*)?$/;
const NODE_ARCHIVE = /^(nodes|sysfs)\.(tar|tar\.gz|tgz)$/;

/** Rejects where a file that was given cannot be read; what lies beside the trace and cannot be read is left alone. */
export async function readCompanions(trace: string, given: CompanionPaths): Promise<FoundCompanions> {
  const folder = dirname(trace);
  const names = await readdir(folder).catch((): string[] => []);
  const beside: string[] = [];
  const own = async (name: string | undefined): Promise<NamedText[]> => {
    if (name === undefined || name === basename(trace)) return [];
    const files = await readTexts(join(folder, name), name).catch((): NamedText[] => []);
    if (files.length > 0) beside.push(name);
    return files;
  };
  const stem = basename(trace).replace(/\..*$/, '');
  const vmstat = async (path: string | undefined, when: 'before' | 'after'): Promise<NamedText | null> => {
    if (path !== undefined) return { name: path, text: await readText(path) };
    const name = [`vmstat.${stem}.${when}`, `vmstat.${when}`].find((wanted) => names.includes(wanted));
    return (await own(name))[0] ?? null;
  };
  const vmstatBefore = await vmstat(given.vmstatBefore, 'before');
  const vmstatAfter = await vmstat(given.vmstatAfter, 'after');
  const nodeFiles: NamedText[] = [];
  if (given.zoneinfo !== undefined) {
    nodeFiles.push({ name: given.zoneinfo, text: await readText(given.zoneinfo), kind: 'zoneinfo' });
  } else if (given.topology === undefined) {
    nodeFiles.push(...(await own(names.find((name) => ZONEINFO.test(name)))));
    nodeFiles.push(...(await own(names.find((name) => DMESG.test(name)))));
  }
  if (given.topology !== undefined) nodeFiles.push(...(await readTexts(given.topology, given.topology)));
  else nodeFiles.push(...(await own(names.find((name) => NODE_ARCHIVE.test(name)))));
  return { ...readCompanionTexts({ vmstatBefore, vmstatAfter, nodeFiles }), beside };
}

/** The node files in a directory or an archive, or the file itself. */
async function readTexts(path: string, name: string): Promise<NamedText[]> {
  if ((await stat(path)).isDirectory()) return readFolder(path);
  const bytes = await readBytes(path);
  if (Buffer.from(bytes.subarray(TAR_MAGIC_AT, TAR_MAGIC_AT + 5)).toString('latin1') === 'ustar') {
    return [...readTar(bytes)]
      .filter((file) => isNodeFile(file.name))
      .map((file) => ({ name: file.name, text: Buffer.from(file.bytes).toString() }));
  }
  const text = Buffer.from(bytes).toString();
  if (/^Node \d+, zone/m.test(text)) return [{ name, text, kind: 'zoneinfo' }];
  return [
    isNodeFile(name) || basename(name).startsWith('vmstat.') ? { name, text } : { name, text, kind: 'dmesg' },
  ];
}

async function readFolder(path: string): Promise<NamedText[]> {
  const names = await readdir(path, { recursive: true });
  const files: NamedText[] = [];
  for (const name of names.filter((inside) => isNodeFile(inside)).sort()) {
    const text = await readText(join(path, name)).catch(() => null);
    if (text !== null) files.push({ name, text });
  }
  return files;
}

async function readText(path: string): Promise<string> {
  return Buffer.from(await readBytes(path)).toString();
}

/** Unpacked where it is gzip. Files of /proc say that they are empty and are not. */
async function readBytes(path: string): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > MAX_BYTES) throw new Error(`${path} is too large for what it is taken for`);
  const bytes = await readFile(path);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: MAX_BYTES }) : bytes;
}

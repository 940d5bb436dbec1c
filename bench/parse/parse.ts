/**
 * How fast ftrace text is read: bytes to calls and folios, CPU time, several rounds in one process (the first is cold).
 * Usage: node esbuild of this file, then `node parse.js trace.txt[.gz] [rounds]`.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createTraceReader } from '../../src/trace/formats/read';

const CHUNK = 1 << 20;

function cpuMs(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

function main(path: string, rounds: number): void {
  const file = readFileSync(path);
  const bytes = path.endsWith('.gz') ? gunzipSync(file) : file;
  const rate = (ms: number): string => `${ms.toFixed(0)} ms ${(bytes.length / 1000 / ms).toFixed(0)} MB/s`;
  console.log(`${path}: ${(bytes.length / 1e6).toFixed(1)} MB`);
  for (let round = 0; round < rounds; round++) {
    const since = process.cpuUsage();
    const reader = createTraceReader({ source: path });
    for (let at = 0; at < bytes.length; at += CHUNK) reader.push(bytes.subarray(at, at + CHUNK));
    const lines = cpuMs(since);
    const { value } = reader.finish();
    const all = cpuMs(since);
    const { calls, folioRuns } = value.workload;
    console.log(
      `${round === 0 ? 'cold' : 'warm'}: lines ${rate(lines)}, with calls and folios ${rate(all)}; ` +
        `${value.events.length} events, ${calls.length} calls, ${folioRuns.length} runs`,
    );
  }
}

const [path, rounds] = process.argv.slice(2);
if (path === undefined) {
  console.error('usage: parse.js TRACE [ROUNDS]');
  process.exitCode = 2;
} else main(path, Number(rounds ?? 5));

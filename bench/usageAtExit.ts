/** Loaded before a program (`node -r`): writes what it used, as one JSON line, to the file that MIGTRACE_USAGE names. */
import { writeFileSync } from 'node:fs';
import { peakBytes } from './parse/peak';

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const peak = peakBytes();
  const usage = {
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    peakBytes: Number.isNaN(peak) ? maxRSS * 1024 : peak,
  };
  const file = process.env['MIGTRACE_USAGE'];
  if (file !== undefined) writeFileSync(file, JSON.stringify(usage));
});

/** Loaded before a program (`node -r`): writes what it used, as one JSON line, to the file that MIGTRACE_USAGE names. */
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = { cpuMs: (userCPUTime + systemCPUTime) / 1000, peakBytes: maxRSS * 1024 };
  const file = process.env['MIGTRACE_USAGE'];
  if (file !== undefined) writeFileSync(file, JSON.stringify(usage));
});

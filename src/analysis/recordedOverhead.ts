/** The overhead row of a recording whose functions were timed: what the kernel took, tracer included, beside what the designs take. */
import { type MeanSd, meanSd } from '../base/statistics';
import type { MigrationTrace } from '../trace/model';

/** Over the calls that were measured whole and whose pages are known; each call counts once, as the RFC's runs do. */
export interface RecordedOverhead {
  readonly calls: number;
  readonly pages: number;
  /** CPU cycles per base page at the frequency given. */
  readonly migratePages: MeanSd;
  /** null where the copy cannot be told. */
  readonly folioCopy: MeanSd | null;
  readonly fraction: MeanSd | null;
}

/** null where no call was measured or no event tells of its pages. `hertz`: CPU frequency during the recording. */
export function recordedOverhead(
  { workload, callPhases }: MigrationTrace,
  hertz: number,
): RecordedOverhead | null {
  const total: number[] = [];
  const copy: number[] = [];
  const fraction: number[] = [];
  let pages = 0;
  for (let row = 0; row < callPhases.length; row++) {
    const moved = workload.calls.nr_succeeded[callPhases.call[row]!]!;
    if (moved === 0) continue;
    pages += moved;
    const cyclesPerNs = hertz / 1e9 / moved;
    total.push(callPhases.totalNs[row]! * cyclesPerNs);
    copy.push(callPhases.copyNs[row]! * cyclesPerNs);
    fraction.push(callPhases.copyNs[row]! / callPhases.totalNs[row]!);
  }
  if (total.length === 0) return null;
  const isTold = !copy.some((cycles) => Number.isNaN(cycles));
  return {
    calls: total.length,
    pages,
    migratePages: meanSd(total),
    folioCopy: isTold ? meanSd(copy) : null,
    fraction: isTold ? meanSd(fraction) : null,
  };
}

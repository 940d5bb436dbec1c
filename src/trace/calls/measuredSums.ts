import type { ColumnsOf } from '../../base/columns';
import { PhaseSumming } from './phaseSums';
import type { MEASURED_CALL_SCHEMA } from './taskStack';
import type { CallSumming } from './traceSums';

/** What the measured calls of a recording come to, whether or not their rows are kept. */
export class MeasuredSums {
  readonly phases = new PhaseSumming();
  calls = 0;
  incomplete = 0;
  /** Incomplete ones that another CPU went on with. */
  moved = 0;
  /** Calls that no event tells of, by reason · 512 + mode · 2 + isComplete. */
  private readonly silent = new Map<number, number>();

  add(columns: ColumnsOf<typeof MEASURED_CALL_SCHEMA>, row: number): void {
    const isComplete = columns.isComplete[row]!;
    this.calls++;
    if (isComplete === 1) this.phases.add(columns, row);
    else this.incomplete++;
    if (columns.call[row]! >= 0) return;
    const key = columns.reason[row]! * 512 + columns.mode[row]! * 2 + isComplete;
    this.silent.set(key, (this.silent.get(key) ?? 0) + 1);
  }

  addSilentTo(sums: CallSumming): void {
    for (const [key, count] of this.silent)
      sums.addMeasured(key >> 9, (key >> 1) & 255, (key & 1) === 1, count);
  }
}

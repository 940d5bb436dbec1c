import type { CpuCursor } from './cpuCursor';

/** Merges the events of all CPUs by time; of events at one instant, those of the cursor given first come first. */
export class CpuMerge {
  private readonly heap: CpuCursor[];

  constructor(cursors: readonly CpuCursor[]) {
    cursors.forEach((cursor, index) => (cursor.rank = index));
    this.heap = cursors.filter(({ isDone }) => !isDone);
    for (let slot = (this.heap.length >>> 1) - 1; slot >= 0; slot--) this.sink(slot);
  }

  get isDone(): boolean {
    return this.heap.length === 0;
  }

  /** Hands on about `budget` events. */
  run(budget: number): void {
    const { heap } = this;
    let left = budget;
    while (left > 0 && heap.length > 0) {
      const first = heap[0]!;
      const second = this.second();
      left -=
        second === undefined
          ? first.run(Infinity, true, left)
          : first.run(second.timeNs, first.rank < second.rank, left);
      if (first.isDone) this.drop();
      this.sink(0);
    }
  }

  private second(): CpuCursor | undefined {
    const left = this.heap[1];
    const right = this.heap[2];
    return right === undefined || this.isBefore(left!, right) ? left : right;
  }

  private drop(): void {
    const last = this.heap.pop()!;
    if (this.heap.length > 0) this.heap[0] = last;
  }

  private sink(from: number): void {
    const { heap } = this;
    let slot = from;
    for (;;) {
      let child = slot * 2 + 1;
      if (child >= heap.length) return;
      if (child + 1 < heap.length && this.isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!this.isBefore(heap[child]!, heap[slot]!)) return;
      const moved = heap[slot]!;
      heap[slot] = heap[child]!;
      heap[child] = moved;
      slot = child;
    }
  }

  private isBefore(one: CpuCursor, other: CpuCursor): boolean {
    if (one.timeNs !== other.timeNs) return one.timeNs < other.timeNs;
    return one.rank < other.rank;
  }
}

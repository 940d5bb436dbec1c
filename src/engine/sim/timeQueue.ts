/** Numbers waiting for their time: the earliest first, the lowest of those at one time. A binary heap. */
export class TimeQueue {
  private readonly times: number[] = [];
  private readonly items: number[] = [];

  /** The earliest time, Infinity if nothing waits. */
  get next(): number {
    return this.times[0] ?? Infinity;
  }

  add(time: number, item: number): void {
    let at = this.times.length;
    this.times.push(time);
    this.items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(at, parent)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  /** Takes out the first. Contract: something waits. */
  take(): number {
    const first = this.items[0] as number;
    const [time, item] = [this.times.pop() as number, this.items.pop() as number];
    if (this.times.length > 0) {
      this.times[0] = time;
      this.items[0] = item;
      this.sink();
    }
    return first;
  }

  private sink(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      if (left >= this.times.length) return;
      const right = left + 1;
      const child = right < this.times.length && this.isBefore(right, left) ? right : left;
      if (!this.isBefore(child, at)) return;
      this.swap(at, child);
      at = child;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const [x, y] = [this.times[a] as number, this.times[b] as number];
    return x < y || (x === y && (this.items[a] as number) < (this.items[b] as number));
  }

  private swap(a: number, b: number): void {
    const [time, item] = [this.times[a] as number, this.items[a] as number];
    this.times[a] = this.times[b] as number;
    this.items[a] = this.items[b] as number;
    this.times[b] = time;
    this.items[b] = item;
  }
}

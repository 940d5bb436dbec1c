/** The queue of an ordinary event simulation: an object with a closure for each event, in a binary heap. */
export interface Event {
  readonly at: number;
  /** Events of one instant happen in the order in which they were made. */
  readonly order: number;
  readonly act: () => void;
  cancelled: boolean;
}

export class EventQueue {
  now = 0;
  /** Events that happened. */
  happened = 0;
  private readonly heap: Event[] = [];
  private made = 0;

  after(delay: number, act: () => void): Event {
    const event: Event = { at: this.now + delay, order: this.made++, act, cancelled: false };
    this.push(event);
    return event;
  }

  /** Lets everything happen. */
  run(): void {
    for (let event = this.pop(); event !== undefined; event = this.pop()) {
      if (event.cancelled) continue;
      this.now = event.at;
      this.happened++;
      event.act();
    }
  }

  private push(event: Event): void {
    const { heap } = this;
    let hole = heap.push(event) - 1;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = heap[parent] as Event;
      if (!isBefore(event, above)) break;
      heap[hole] = above;
      hole = parent;
    }
    heap[hole] = event;
  }

  private pop(): Event | undefined {
    const { heap } = this;
    const least = heap[0];
    const moved = heap.pop();
    if (heap.length === 0 || moved === undefined) return least;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child++;
      if (!isBefore(heap[child] as Event, moved)) break;
      heap[hole] = heap[child] as Event;
      hole = child;
    }
    heap[hole] = moved;
    return least;
  }
}

function isBefore(x: Event, y: Event): boolean {
  return x.at < y.at || (x.at === y.at && x.order < y.order);
}

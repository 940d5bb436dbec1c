const FIRST_ROOM = 1 << 12;

/** Places of records in a file with their times, put in the order of time: records of one time keep the order of the file. */
export class RecordOrder {
  length = 0;
  private times = new Float64Array(FIRST_ROOM);
  private places = new Float64Array(FIRST_ROOM);

  add(timeNs: number, place: number): void {
    if (this.length === this.times.length) {
      this.times = widened(this.times, this.length * 2);
      this.places = widened(this.places, this.length * 2);
    }
    this.times[this.length] = timeNs;
    this.places[this.length++] = place;
  }

  place(row: number): number {
    return this.places[row]!;
  }

  /** Merges the stretches that are in order already: a recorder writes what each CPU's buffer holds in one piece. */
  sort(): void {
    let starts = this.stretches();
    let [times, places] = [this.times, this.places];
    let [otherTimes, otherPlaces] = [new Float64Array(this.length), new Float64Array(this.length)];
    while (starts.length > 2) {
      const next: number[] = [];
      for (let i = 0; i + 1 < starts.length; i += 2) {
        next.push(starts[i]!);
        const middle = starts[i + 1]!;
        merge(times, places, otherTimes, otherPlaces, starts[i]!, middle, starts[i + 2] ?? middle);
      }
      next.push(this.length);
      starts = next.at(-2) === this.length ? next.slice(0, -1) : next;
      [times, otherTimes] = [otherTimes, times];
      [places, otherPlaces] = [otherPlaces, places];
    }
    this.times = times;
    this.places = places;
  }

  /** Where stretches begin, and the end. */
  private stretches(): number[] {
    const starts = [0];
    for (let row = 1; row < this.length; row++) if (this.times[row]! < this.times[row - 1]!) starts.push(row);
    starts.push(this.length);
    return starts;
  }
}

function merge(
  times: Float64Array,
  places: Float64Array,
  toTimes: Float64Array,
  toPlaces: Float64Array,
  start: number,
  middle: number,
  end: number,
): void {
  let left = start;
  let right = middle;
  for (let row = start; row < end; row++) {
    const takesLeft = left < middle && (right >= end || times[left]! <= times[right]!);
    const from = takesLeft ? left++ : right++;
    toTimes[row] = times[from]!;
    toPlaces[row] = places[from]!;
  }
}

function widened(column: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(length);
  wider.set(column);
  return wider;
}

/** Parts of a file that are taken: no two may share a byte, so that what is read is never more than the file. */
export class Places {
  /** In ascending order. */
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  /** Takes [start, end); false where some of it is taken already. */
  take(start: number, end: number): boolean {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.starts[middle]! < start) low = middle + 1;
      else high = middle;
    }
    if (low > 0 && this.ends[low - 1]! > start) return false;
    if (low < this.starts.length && this.starts[low]! < end) return false;
    this.starts.splice(low, 0, start);
    this.ends.splice(low, 0, end);
    return true;
  }
}

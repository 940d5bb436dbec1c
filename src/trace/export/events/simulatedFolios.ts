/** The folios of a simulated call as its events name them: addresses, and frame numbers to tell places apart. */
import { PAGE_BYTES, pagesOfOrder } from '../../../base/units';
import type { FolioClass } from '../../../engine/folio/span';
import { partSpan, spanOfRow } from '../../../engine/folio/span';
import type { Workload } from '../../../engine/folio/workload';

/** Alike folios [first, first + count) of a run, one behind the other. */
export interface FolioBlock {
  readonly first: number;
  readonly count: number;
  readonly of: FolioClass;
  /** User address and frame number of the first one; the others follow at their size. */
  readonly address: number;
  readonly frame: number;
}

/** Frames begin here, so that neither an address nor a frame is 0. */
const FIRST_FRAME = 1 << 9;
/** What a frame number is counted on by when its folio has moved: a place of its own that no folio came from. */
export const DESTINATION = 2 ** 32;

/**
 * Gives frame numbers, which a run does not have: folios take the next free ones in the order of the run, aligned to
 * their size as the kernel's are. Folios without an address take that of their frame.
 */
export class SimulatedFolios {
  private readonly workload: Workload;
  private readonly blocks: FolioBlock[] = [];
  private nextFrame = FIRST_FRAME;
  /** The last block that was found. */
  private last = 0;
  private listed = 0;

  constructor(workload: Workload) {
    this.workload = workload;
  }

  /** Forgets the call before. `source`: row of the workload's calls; `first`: number of its first folio in the run. */
  beginCall(source: number, first: number, frame: number): void {
    const { calls, folioRuns } = this.workload;
    this.blocks.length = 0;
    this.last = 0;
    this.nextFrame = frame;
    let folio = first;
    const end = (calls.firstRun[source] as number) + (calls.runCount[source] as number);
    for (let row = calls.firstRun[source] as number; row < end; row++) {
      const { of, count } = spanOfRow(folioRuns, row, folio);
      const start = alignUp(this.nextFrame, of.pages);
      this.nextFrame = start + count * of.pages;
      const address = of.address < 0 ? start * PAGE_BYTES : of.address;
      this.blocks.push({ first: folio, count, of, address, frame: start });
      folio += count;
    }
    this.listed = folio;
  }

  /** The parts of a folio get numbers behind all others of the call, as simulate() gives them. */
  addParts(folio: number): void {
    const whole = this.blockOf(folio);
    const { of } = whole;
    // Fates of parts print no events of their own.
    const part = partSpan(of, 'movable', this.listed, of.pages, 0).of;
    this.blocks.push({
      first: this.listed,
      count: of.pages,
      of: part,
      address: addressOf(whole, folio),
      frame: frameOf(whole, folio),
    });
    this.listed += of.pages;
  }

  blockOf(folio: number): FolioBlock {
    const { blocks } = this;
    const near = blocks[this.last];
    if (near !== undefined && folio >= near.first && folio < near.first + near.count) return near;
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((blocks[middle] as FolioBlock).first <= folio) low = middle;
      else high = middle - 1;
    }
    this.last = low;
    return blocks[low] as FolioBlock;
  }
}

/** The first frame of each call of a run, so that calls can be taken in any order. */
export function firstFrames({ calls, folioRuns }: Workload): Float64Array {
  const frames = new Float64Array(calls.length);
  let frame = FIRST_FRAME;
  for (let call = 0; call < calls.length; call++) {
    frames[call] = frame;
    const end = (calls.firstRun[call] as number) + (calls.runCount[call] as number);
    for (let row = calls.firstRun[call] as number; row < end; row++) {
      const pages = pagesOfOrder(folioRuns.order[row] as number);
      frame = alignUp(frame, pages) + (folioRuns.count[row] as number) * pages;
    }
  }
  return frames;
}

export function addressOf(block: FolioBlock, folio: number): number {
  return block.address + (folio - block.first) * block.of.pages * PAGE_BYTES;
}

export function frameOf(block: FolioBlock, folio: number): number {
  return block.frame + (folio - block.first) * block.of.pages;
}

function alignUp(frame: number, pages: number): number {
  return Math.ceil(frame / pages) * pages;
}

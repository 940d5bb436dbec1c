import type { Parsed } from '../../base/problem';
import type { MigrationTrace } from '../model';

/**
 * Reads a trace whose parts lie here and there in its file.
 *
 * Contract: `step` until it says false, then `finish` once. A step takes some tens of milliseconds, so that the
 * caller can listen in between. Nothing throws on content; what cannot be read becomes problems.
 */
export interface SteppedReader {
  /** Bytes of the file done so far. */
  readonly done: number;
  step(): boolean;
  finish(): Parsed<MigrationTrace>;
}

/** Writes an export chunk by chunk; between chunks the thread listens, so that a cancel is heard. */
import { open, rm } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { Cancelled } from '../protocol/rpc';

export interface WriteOptions {
  cancelled(): boolean;
  /** Bytes written so far. */
  progress(bytes: number): void;
}

/** Bytes between two looks for a cancel. */
const UNHEARD_BYTES = 1 << 20;

/** Creates or replaces the file at `path`; where it fails or is cancelled, no file stays. Returns the bytes. */
export async function exportFile(
  path: string,
  chunks: Iterable<Uint8Array>,
  options: WriteOptions,
): Promise<number> {
  const file = await open(path, 'w');
  let written = 0;
  let heard = 0;
  try {
    for (const chunk of chunks) {
      await file.writeFile(chunk);
      written += chunk.length;
      if (written - heard < UNHEARD_BYTES) continue;
      heard = written;
      options.progress(written);
      await breathe();
      if (options.cancelled()) throw new Cancelled();
    }
    await file.close();
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
  return written;
}

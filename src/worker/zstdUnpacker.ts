import { Transform } from 'node:stream';
import { Decompress } from 'fzstd';

/** A stream that unpacks zstd where Node itself cannot. Errors of the data reach the stream's `error`. */
export function createZstdUnpacker(): Transform {
  const unpacker = new Decompress();
  const guarded = (done: (error?: Error | null) => void, work: () => void) => {
    try {
      work();
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const stream = new Transform({
    transform: (chunk: Uint8Array, _encoding, done) => guarded(done, () => void unpacker.push(chunk)),
    flush: (done) => guarded(done, () => void unpacker.push(new Uint8Array(0), true)),
  });
  // What is handed out may be overwritten by the next push.
  unpacker.ondata = (data) => stream.push(data.slice());
  return stream;
}

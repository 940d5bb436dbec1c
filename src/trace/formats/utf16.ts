/** Changes bytes on their way; keeps what a chunk cut for the next one. */
export interface ByteFilter {
  push(chunk: Uint8Array): Uint8Array;
}

/**
 * A filter that makes UTF-16 into ASCII, if `first` (the beginning of a file) is UTF-16: by its byte order mark, or
 * because every second byte is zero. Characters beyond ASCII become `?`. Undefined for any other content.
 */
export function createUtf16Filter(first: Uint8Array): ByteFilter | undefined {
  const byteOrder = byteOrderOf(first);
  return byteOrder === undefined ? undefined : new Utf16Filter(byteOrder);
}

type ByteOrder = 'little' | 'big';

class Utf16Filter implements ByteFilter {
  private odd = -1;
  private readonly byteOrder: ByteOrder;

  constructor(byteOrder: ByteOrder) {
    this.byteOrder = byteOrder;
  }

  push(chunk: Uint8Array): Uint8Array {
    const out = new Uint8Array((chunk.length >>> 1) + 1);
    let length = 0;
    for (const byte of chunk) {
      if (this.odd < 0) {
        this.odd = byte;
        continue;
      }
      const unit = this.byteOrder === 'little' ? (byte << 8) | this.odd : (this.odd << 8) | byte;
      this.odd = -1;
      if (unit !== 0xfeff) out[length++] = unit < 128 ? unit : 63;
    }
    return out.subarray(0, length);
  }
}

function byteOrderOf(first: Uint8Array): ByteOrder | undefined {
  if (first.length < 4) return undefined;
  if (first[0] === 0xff && first[1] === 0xfe) return 'little';
  if (first[0] === 0xfe && first[1] === 0xff) return 'big';
  const pairs = Math.min(256, first.length >>> 1);
  let little = 0;
  let big = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const low = first[pair * 2];
    const high = first[pair * 2 + 1];
    if (high === 0 && low !== 0) little++;
    if (low === 0 && high !== 0) big++;
  }
  if (little === pairs) return 'little';
  return big === pairs ? 'big' : undefined;
}

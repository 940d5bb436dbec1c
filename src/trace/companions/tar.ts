/** The regular files of a tar archive (POSIX ustar and GNU long names), read from bytes. Never throws. */
const BLOCK = 512;
const NAME_BYTES = 100;
const SIZE_AT = 124;
const SIZE_BYTES = 12;
const TYPE_AT = 156;
const PREFIX_AT = 345;
const PREFIX_BYTES = 155;
const MAGIC_AT = 257;
const REGULAR = new Set(['0', '\0', '7']);
const GNU_LONG_NAME = 'L';

export interface TarFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The files in their order; what is cut or damaged ends the list. */
export function* readTar(archive: Uint8Array): Iterable<TarFile> {
  let longName: string | null = null;
  for (let at = 0; at + BLOCK <= archive.length;) {
    const size = Number.parseInt(field(archive, at + SIZE_AT, SIZE_BYTES).trim() || '0', 8);
    const name = field(archive, at, NAME_BYTES);
    if (name === '' || !Number.isInteger(size) || size < 0) return;
    const start = at + BLOCK;
    if (start + size > archive.length) return;
    const type = String.fromCharCode(archive[at + TYPE_AT]!);
    if (type === GNU_LONG_NAME) {
      longName = field(archive, start, size);
    } else {
      const isUstar = field(archive, at + MAGIC_AT, 5) === 'ustar';
      const prefix = isUstar && longName === null ? field(archive, at + PREFIX_AT, PREFIX_BYTES) : '';
      const whole: string = longName ?? (prefix === '' ? name : `${prefix}/${name}`);
      longName = null;
      if (REGULAR.has(type)) yield { name: whole, bytes: archive.subarray(start, start + size) };
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/** The characters up to the first zero byte. */
function field(bytes: Uint8Array, at: number, length: number): string {
  let text = '';
  for (let i = at; i < at + length && bytes[i] !== 0 && bytes[i] !== undefined; i++)
    text += String.fromCharCode(bytes[i]!);
  return text;
}

/** CRC-32 as in gzip and PNG (polynomial 0xedb88320, reflected). */
const TABLE = makeTable();
/** What a byte contributes with one, two and three bytes behind it: four bytes go in at once. */
const TABLE_1 = shifted(TABLE);
const TABLE_2 = shifted(TABLE_1);
const TABLE_3 = shifted(TABLE_2);

/** The CRC-32 of bytes [start, end), continued from `crc` of what came before. */
export function crc32(bytes: Uint8Array, start: number, end: number, crc = 0): number {
  let value = ~crc;
  let i = start;
  for (; i + 4 <= end; i += 4) {
    value ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    value =
      TABLE_3[value & 255]! ^
      TABLE_2[(value >>> 8) & 255]! ^
      TABLE_1[(value >>> 16) & 255]! ^
      TABLE[value >>> 24]!;
  }
  for (; i < end; i++) value = TABLE[(value ^ bytes[i]!) & 255]! ^ (value >>> 8);
  return ~value >>> 0;
}

function makeTable(): Int32Array {
  const table = new Int32Array(256);
  for (let n = 0; n < 256; n++) {
    let value = n;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    table[n] = value;
  }
  return table;
}

function shifted(table: Int32Array): Int32Array {
  return table.map((value) => (value >>> 8) ^ TABLE[value & 255]!);
}

/** The protobuf wire format (protobuf.dev, "Encoding"), as much of it as a trace needs. */
import { encodeUtf8 } from '../../../base/utf8';

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const LOW_BITS = 2 ** 32;

/** A message being written; one object serves message after message. */
export class ProtoMessage {
  bytes = new Uint8Array(256);
  length = 0;

  clear(): this {
    this.length = 0;
    return this;
  }

  /** A whole number from -2^53 to 2^53, as int64, uint64 or enum. */
  int(field: number, value: number): void {
    this.varint((field << 3) | VARINT);
    if (value >= 0) this.varint(value);
    else this.negative(value);
  }

  fixed64(field: number, value: number): void {
    this.varint((field << 3) | FIXED64);
    this.ensure(8);
    for (let i = 0, left = value; i < 8; i++, left = Math.floor(left / 256))
      this.bytes[this.length++] = left % 256;
  }

  double(field: number, value: number): void {
    this.varint((field << 3) | FIXED64);
    this.ensure(8);
    new DataView(this.bytes.buffer).setFloat64(this.length, value, true);
    this.length += 8;
  }

  text(field: number, text: string): void {
    const bytes = encodeUtf8(text);
    this.delimited(field, bytes, bytes.length);
  }

  message(field: number, message: ProtoMessage): void {
    this.delimited(field, message.bytes, message.length);
  }

  private delimited(field: number, bytes: Uint8Array, length: number): void {
    this.varint((field << 3) | LENGTH_DELIMITED);
    this.varint(length);
    this.ensure(length);
    this.bytes.set(length === bytes.length ? bytes : bytes.subarray(0, length), this.length);
    this.length += length;
  }

  private varint(value: number): void {
    this.ensure(10);
    let left = value;
    while (left >= LOW_BITS) {
      this.bytes[this.length++] = (left % 128) | 0x80;
      left = Math.floor(left / 128);
    }
    let low = left >>> 0;
    while (low >= 0x80) {
      this.bytes[this.length++] = (low & 0x7f) | 0x80;
      low >>>= 7;
    }
    this.bytes[this.length++] = low;
  }

  /** Two's complement of 64 bits: ten bytes. */
  private negative(value: number): void {
    this.ensure(10);
    let rest = BigInt.asUintN(64, BigInt(value));
    for (let i = 0; i < 9; i++, rest >>= 7n) this.bytes[this.length++] = Number(rest & 0x7fn) | 0x80;
    this.bytes[this.length++] = Number(rest);
  }

  private ensure(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const wider = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    wider.set(this.bytes.subarray(0, this.length));
    this.bytes = wider;
  }
}

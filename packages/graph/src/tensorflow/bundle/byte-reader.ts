/** A place in bytes that are read forwards. Every read throws a `RangeError` beyond the end. */
export class ByteReader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new RangeError('It ends too early.');
    this.at += 1;
    return byte;
  }

  /** A view, not a copy. */
  take(length: number): Uint8Array {
    if (length > this.left) throw new RangeError(`It ends too early: ${length} bytes are to follow.`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  uint32(): number {
    const [a, b, c, d] = this.take(4) as unknown as readonly [number, number, number, number];
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }

  /** A whole number of up to 53 bits in groups of seven bits; larger ones are never true of a file's sizes. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 56; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
    }
    throw new RangeError('A number is too large.');
  }
}

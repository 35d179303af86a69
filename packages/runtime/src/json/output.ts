/** A JSON text while it is being written: the first `length` of `bytes` are filled. */
export interface JsonOutput {
  bytes: Buffer;
  length: number;
}

/** Answers up to this size are written without growing. */
const FIRST_CAPACITY = 16 * 1024;

/** An answer larger than this gives its memory back instead of keeping it for the next one. */
const KEPT_CAPACITY = 1024 * 1024;

let spare: Buffer | undefined;

/** An empty text. It writes into memory that `finishJson` takes back, so that a small answer allocates only itself. */
export function startJson(): JsonOutput {
  const bytes = spare ?? Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  spare = undefined;
  return { bytes, length: 0 };
}

/** The text's bytes, as a copy of their own. */
export function finishJson(output: JsonOutput): Buffer {
  const text = Buffer.from(output.bytes.subarray(0, output.length));
  if (output.bytes.length <= KEPT_CAPACITY) spare = output.bytes;
  return text;
}

/** Makes room for `count` more bytes; the memory at least doubles when it grows. */
export function reserve(output: JsonOutput, count: number): void {
  const needed = output.length + count;
  if (needed <= output.bytes.length) return;
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, output.bytes.length * 2));
  larger.set(output.bytes.subarray(0, output.length));
  output.bytes = larger;
}

/** Writes one byte, for which there must be room. */
export function putByte(output: JsonOutput, byte: number): void {
  output.bytes[output.length++] = byte;
}

/** Writes ASCII text, for which there must be room. */
export function putAscii(output: JsonOutput, text: string): void {
  for (let index = 0; index < text.length; index++) output.bytes[output.length++] = text.charCodeAt(index);
}

/** Writes any text, and makes the room for it. */
export function putText(output: JsonOutput, text: string): void {
  reserve(output, text.length * 3);
  output.length += output.bytes.write(text, output.length, 'utf8');
}

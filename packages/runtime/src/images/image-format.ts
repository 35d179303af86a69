/** The encodings that are read. */
export type ImageFormat = 'JPEG' | 'PNG' | 'WebP' | 'GIF';

/** Bytes shown of something that is no image. */
const SHOWN_BYTES = 8;

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];
const RIFF = [0x52, 0x49, 0x46, 0x46];
const WEBP = [0x57, 0x45, 0x42, 0x50];
const GIF = [0x47, 0x49, 0x46, 0x38];

/** What the first bytes say it is, or `undefined`: nothing else is ever handed to a decoder. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  if (holds(bytes, 0, JPEG)) return 'JPEG';
  if (holds(bytes, 0, PNG)) return 'PNG';
  if (holds(bytes, 0, RIFF) && holds(bytes, 8, WEBP)) return 'WebP';
  if (holds(bytes, 0, GIF)) return 'GIF';
  return undefined;
}

function holds(bytes: Uint8Array, offset: number, expected: readonly number[]): boolean {
  return expected.every((byte, index) => bytes[offset + index] === byte);
}

/** What stands there instead of an image, for a message. */
export function describeBeginning(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'it is empty';
  const shown = bytes.subarray(0, SHOWN_BYTES);
  const text = String.fromCharCode(...shown);
  if (/^data:/.test(text) || /^(\/9j\/|iVBOR|UklGR|R0lGOD)/.test(text)) {
    return `it begins with ${JSON.stringify(text)}, which is base64 text; send the bytes themselves (in JSON: {"b64": "…"})`;
  }
  if (/^[\x20-\x7e]+$/.test(text)) return `it begins with the text ${JSON.stringify(text)}`;
  return `it begins with the bytes ${Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
}

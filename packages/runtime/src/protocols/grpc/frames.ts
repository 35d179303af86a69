// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
import { SlipwayError } from '@slipway/contract';
import type { EncodedMessage } from '../../protobuf/writer.ts';

/** A message as it came in a stream, still compressed if it says so. */
export interface Frame {
  readonly compressed: boolean;
  readonly bytes: Uint8Array;
  /** Memory that holds nothing but this message, where it is much. */
  readonly memory?: ArrayBuffer | undefined;
}

/** Takes the bytes of a stream apart into messages. After an error it reads no more. */
export interface FrameReader {
  /**
   * The messages that `chunk` completes. A message that lies in one chunk is a view of it. The error is
   * `payload_too_large` for a message longer than the limit, as soon as its length is known, and `invalid_argument` for
   * a flag that gRPC does not have.
   */
  push(chunk: Uint8Array): readonly Frame[] | SlipwayError;
  /** True between the first byte of a message and its last. */
  isInside(): boolean;
  /** The error of a stream that ends inside a message. */
  end(): SlipwayError | undefined;
}

/** A flag, and a length of 32 bits. */
const PREFIX_BYTES = 5;

/** Memory that a message may have before its bytes have come. */
const FREE_BYTES = 1_024 * 1_024;

/** Smaller messages leave their memory to the collector. */
const LEAST_OWN_BYTES = 64 * 1_024;

/** A message is put where it ends at a multiple of so many bytes, so that the tensor that ends it need not be copied. */
const ALIGNMENT = 8;

/** Messages up to this size are sent in one piece: copying them costs less than a frame of HTTP/2 more. */
const MAX_JOINED_BYTES = 16 * 1_024;

/** A reader for one direction of one call. */
export function createFrameReader(maxMessageBytes: number): FrameReader {
  let partial: PartialFrame | undefined;
  let problem: SlipwayError | undefined;

  /** Moves past one frame, or past all that is there of it; returns the frame if that is whole. */
  const readFrame = (bytes: Uint8Array): { frame: Frame | undefined; rest: Uint8Array } | SlipwayError => {
    if (partial === undefined) {
      const size = frameBytes(bytes, maxMessageBytes);
      if (size instanceof SlipwayError) return size;
      if (bytes.length >= size) return { frame: toFrame(bytes, size), rest: bytes.subarray(size) };
      partial = { buffer: NOTHING, memory: undefined, filled: 0, needed: size };
    }
    const taken = fill(partial, bytes);
    const rest = bytes.subarray(taken);
    if (partial.filled < partial.needed) return { frame: undefined, rest };
    const size = frameBytes(partial.buffer, maxMessageBytes);
    if (size instanceof SlipwayError) return size;
    const { buffer, needed, memory } = partial;
    partial = needed === size ? undefined : { ...partial, needed: size };
    return { frame: needed === size ? toFrame(buffer, size, memory) : undefined, rest };
  };

  const push = (chunk: Uint8Array): readonly Frame[] | SlipwayError => {
    const frames: Frame[] = [];
    for (let left = chunk; left.length > 0 && problem === undefined; ) {
      const read = readFrame(left);
      if (read instanceof SlipwayError) problem = read;
      else {
        if (read.frame !== undefined) frames.push(read.frame);
        left = read.rest;
      }
    }
    return problem ?? frames;
  };

  const end = (): SlipwayError | undefined => {
    if (partial === undefined) return problem;
    return new SlipwayError('invalid_argument', 'The stream ended in the middle of a message.');
  };

  return { push, isInside: () => partial !== undefined, end };
}

interface PartialFrame {
  buffer: Uint8Array;
  /** What the buffer lies in, if in nothing else. */
  memory: ArrayBuffer | undefined;
  filled: number;
  needed: number;
}

const NOTHING = new Uint8Array(0);

/** Copies what is missing, and returns how much that was. Memory grows with what came, not with what was announced. */
function fill(partial: PartialFrame, bytes: Uint8Array): number {
  const taken = Math.min(partial.needed - partial.filled, bytes.length);
  const filled = partial.filled + taken;
  if (filled > partial.buffer.length) {
    const room = Math.min(partial.needed, Math.max(FREE_BYTES, 2 * filled));
    const padding = -partial.needed & (ALIGNMENT - 1);
    const isOwn = room >= LEAST_OWN_BYTES;
    const made = isOwn ? Buffer.allocUnsafeSlow(padding + room) : Buffer.allocUnsafe(padding + room);
    const larger = made.subarray(padding);
    larger.set(partial.buffer.subarray(0, partial.filled));
    partial.memory?.transfer(0);
    partial.memory = isOwn ? made.buffer : undefined;
    partial.buffer = larger;
  }
  partial.buffer.set(bytes.subarray(0, taken), partial.filled);
  partial.filled = filled;
  return taken;
}

function toFrame(bytes: Uint8Array, size: number, memory?: ArrayBuffer): Frame {
  const frame = { compressed: bytes[0] === 1, bytes: bytes.subarray(PREFIX_BYTES, size) };
  return memory === undefined ? frame : { ...frame, memory };
}

/** The bytes of the frame that `bytes` begins with, or of its prefix if that is not all there. */
function frameBytes(bytes: Uint8Array, maxMessageBytes: number): number | SlipwayError {
  const flag = bytes[0] ?? 0;
  if (flag > 1) {
    return new SlipwayError(
      'invalid_argument',
      `A message begins with the flag ${flag}; gRPC knows 0 and 1.`,
    );
  }
  if (bytes.length < PREFIX_BYTES) return PREFIX_BYTES;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  if (length <= maxMessageBytes) return PREFIX_BYTES + length;
  return new SlipwayError(
    'payload_too_large',
    `Received message larger than max (${length} vs. ${maxMessageBytes})`,
    { details: { bytes: length, maxBytes: maxMessageBytes } },
  );
}

/** A message behind its prefix, in the pieces to send: one if it is small. */
export function writeFrame(message: EncodedMessage, compressed = false): readonly Uint8Array[] {
  const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
  prefix.writeUInt8(compressed ? 1 : 0);
  prefix.writeUInt32BE(message.byteLength, 1);
  const pieces = [prefix, ...message.chunks];
  return message.byteLength <= MAX_JOINED_BYTES ? [Buffer.concat(pieces)] : pieces;
}

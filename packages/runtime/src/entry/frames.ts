import { SlipwayError } from '@slipway/contract';

/** Bytes of the two lengths before each frame. */
const LENGTHS_BYTES = 8;
const BODY_LENGTH_AT = 4;

/** The most bytes of a frame's parts; a worker that goes beyond has broken the rules. */
export interface FrameLimits {
  readonly maxHeadBytes: number;
  readonly maxBodyBytes: number;
}

/** Takes whole frames. The buffers are its own from then on. */
export type FrameListener = (head: Buffer, body: Buffer) => void;

/** The two lengths and the head of a frame, to be sent right before its body. */
export function encodeFrameHead(head: object, bodyBytes: number): Buffer {
  const text = JSON.stringify(head);
  const headBytes = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(LENGTHS_BYTES + headBytes);
  bytes.writeUInt32BE(headBytes, 0);
  bytes.writeUInt32BE(bodyBytes, BODY_LENGTH_AT);
  bytes.write(text, LENGTHS_BYTES);
  return bytes;
}

/** Finds frames in bytes that come in any pieces. A frame that came in one piece is not copied. */
export class FrameDecoder {
  readonly #limits: FrameLimits;
  readonly #onFrame: FrameListener;
  readonly #lengths = Buffer.alloc(LENGTHS_BYTES);
  #lengthsSeen = 0;
  #headBytes = 0;
  /** Where a frame is gathered that comes in pieces. */
  #frame: Buffer | undefined;
  #frameSeen = 0;

  constructor(limits: FrameLimits, onFrame: FrameListener) {
    this.#limits = limits;
    this.#onFrame = onFrame;
  }

  /** Calls the listener for each frame that is whole now. Throws `script_failed` on a frame beyond the limits. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      at = this.#frame === undefined ? this.#begin(chunk, at) : this.#gather(chunk, at, this.#frame);
    }
  }

  #begin(chunk: Buffer, at: number): number {
    const taken = Math.min(LENGTHS_BYTES - this.#lengthsSeen, chunk.length - at);
    chunk.copy(this.#lengths, this.#lengthsSeen, at, at + taken);
    this.#lengthsSeen += taken;
    const start = at + taken;
    if (this.#lengthsSeen < LENGTHS_BYTES) return start;
    this.#lengthsSeen = 0;
    this.#headBytes = this.#lengths.readUInt32BE(0);
    const length = this.#headBytes + this.#checkedBodyBytes();
    const end = start + length;
    if (end <= chunk.length) {
      this.#tell(chunk.subarray(start, end));
      return end;
    }
    this.#frame = Buffer.allocUnsafeSlow(length);
    this.#frameSeen = 0;
    return start;
  }

  #gather(chunk: Buffer, at: number, frame: Buffer): number {
    const taken = Math.min(frame.length - this.#frameSeen, chunk.length - at);
    chunk.copy(frame, this.#frameSeen, at, at + taken);
    this.#frameSeen += taken;
    if (this.#frameSeen === frame.length) {
      this.#frame = undefined;
      this.#tell(frame);
    }
    return at + taken;
  }

  #tell(frame: Buffer): void {
    this.#onFrame(frame.subarray(0, this.#headBytes), frame.subarray(this.#headBytes));
  }

  #checkedBodyBytes(): number {
    const { maxHeadBytes, maxBodyBytes } = this.#limits;
    const bodyBytes = this.#lengths.readUInt32BE(BODY_LENGTH_AT);
    if (this.#headBytes > maxHeadBytes) throw tooLarge('head', this.#headBytes, maxHeadBytes);
    if (bodyBytes > maxBodyBytes) throw tooLarge('body', bodyBytes, maxBodyBytes);
    return bodyBytes;
  }
}

function tooLarge(part: string, bytes: number, limit: number): SlipwayError {
  return new SlipwayError(
    'script_failed',
    `The worker sent a frame whose ${part} has ${bytes} bytes; the limit is ${limit}. Answer with less, or in several requests.`,
  );
}

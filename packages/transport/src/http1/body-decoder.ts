import type { Framing } from './framing.ts';
import { CHUNK_LINES_TOO_LONG, type HttpProblem, NOT_HTTP } from './problems.ts';

/** Finds the bytes of one body, and its end, in the bytes of a connection. */
export interface BodyDecoder {
  readonly isOver: boolean;
  /** The next part of the body in `bytes` from `offset` on, where the reading goes on behind it, or what is wrong. */
  next(bytes: Buffer, offset: number): BodyPart | HttpProblem;
}

export interface BodyPart {
  /** `undefined` if there is none yet. */
  readonly chunk: Buffer | undefined;
  /** The offset of what has not been read. */
  readonly offset: number;
}

/** Bytes of chunk sizes, extensions and trailers that one read may go through without a byte of the body. */
const MAX_LINE_BYTES = 16_384;

/**
 * RFC 9112, 7.1: the size, where more digits are none of anything, and extensions, which are read over. Blanks in them
 * are old and refused: nobody sends them, and not every reader passes over them.
 */
const CHUNK_SIZE =
  /^([0-9a-fA-F]{1,12})(?:;[!#$%&'*+.^_`|~\w-]+(?:=(?:[!#$%&'*+.^_`|~\w-]+|"(?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"))?)*$/;

/** RFC 9112, 5: a trailer is a field. It is not handed on, but what is none ends the connection. */
const TRAILER = /^[!#$%&'*+.^_`|~\w-]+:[\t -~\x80-\xff]*$/;

/** RFC 9110, 6.5.1: what says where a message ends, or whom it is for, comes before it. */
const NO_TRAILER = /^(?:content-length|transfer-encoding|host):/i;

export function createBodyDecoder(framing: Framing): BodyDecoder {
  return framing === 'chunked' ? new ChunkedBody() : new FixedBody(framing);
}

class FixedBody implements BodyDecoder {
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get isOver(): boolean {
    return this.#left === 0;
  }

  next(bytes: Buffer, offset: number): BodyPart {
    const end = Math.min(bytes.length, offset + this.#left);
    this.#left -= end - offset;
    return { chunk: end === offset ? undefined : bytes.subarray(offset, end), offset: end };
  }
}

type ChunkState = 'size' | 'data' | 'data end' | 'trailers' | 'over';

class ChunkedBody implements BodyDecoder {
  #state: ChunkState = 'size';
  /** Of the chunk. */
  #left = 0;
  /** Of lines since the last byte of the body, the unfinished one left out. */
  #lineBytes = 0;

  get isOver(): boolean {
    return this.#state === 'over';
  }

  next(bytes: Buffer, offset: number): BodyPart | HttpProblem {
    let at = offset;
    while (this.#state !== 'over') {
      if (this.#state === 'data') return this.#takeData(bytes, at);
      const end = bytes.indexOf('\r\n', at, 'latin1');
      const length = (end < 0 ? bytes.length : end) - at;
      if (this.#lineBytes + length > MAX_LINE_BYTES) return CHUNK_LINES_TOO_LONG;
      if (end < 0) break;
      this.#lineBytes += length + 2;
      const problem = this.#takeLine(bytes.toString('latin1', at, end));
      if (problem !== undefined) return problem;
      at = end + 2;
    }
    return { chunk: undefined, offset: at };
  }

  #takeData(bytes: Buffer, offset: number): BodyPart {
    const end = Math.min(bytes.length, offset + this.#left);
    this.#left -= end - offset;
    if (end > offset) this.#lineBytes = 0;
    if (this.#left === 0) this.#state = 'data end';
    return { chunk: end === offset ? undefined : bytes.subarray(offset, end), offset: end };
  }

  #takeLine(line: string): HttpProblem | undefined {
    switch (this.#state) {
      case 'data end':
        if (line !== '') return NOT_HTTP;
        this.#state = 'size';
        return undefined;
      case 'trailers':
        if (line === '') this.#state = 'over';
        else if (!TRAILER.test(line) || NO_TRAILER.test(line)) return NOT_HTTP;
        return undefined;
      default: {
        const [, digits] = CHUNK_SIZE.exec(line) ?? [];
        if (digits === undefined) return NOT_HTTP;
        this.#left = Number.parseInt(digits, 16);
        this.#state = this.#left === 0 ? 'trailers' : 'data';
        return undefined;
      }
    }
  }
}

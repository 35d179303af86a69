const NEWLINE = 0x0a;

/** Hands out whole lines of a stream that comes in any pieces; a line without an end is cut where it grows too long. */
export class LineGatherer {
  readonly #maxBytes: number;
  readonly #onLines: (lines: Buffer) => void;
  #rest: Buffer[] = [];
  #restBytes = 0;

  constructor(maxBytes: number, onLines: (lines: Buffer) => void) {
    this.#maxBytes = maxBytes;
    this.#onLines = onLines;
  }

  push(chunk: Buffer): void {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      this.#keep(chunk.subarray(0, end));
      this.flush();
    }
    if (end < chunk.length) this.#keep(chunk.subarray(end));
    if (this.#restBytes > this.#maxBytes) this.flush();
  }

  /** Hands out a line that has not ended. */
  flush(): void {
    if (this.#restBytes === 0) return;
    const lines = Buffer.concat(this.#rest, this.#restBytes);
    this.#rest = [];
    this.#restBytes = 0;
    this.#onLines(lines);
  }

  #keep(part: Buffer): void {
    this.#rest.push(part);
    this.#restBytes += part.length;
  }
}

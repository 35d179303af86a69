import type { BodyReader, HttpRequest, IncomingBody } from '@slipway/transport';

/** A body up to this size is kept until the response has begun, so that it can be sent again. */
const MAX_REPLAYED_BYTES = 1_000_000;

/** The body of a request: whole in memory, or still flowing. */
export type RequestBody = Buffer | FlowingBody;

/**
 * Takes the body of a request: small ones whole, larger ones as a flow with backpressure. The caller has checked a
 * declared length against `maxBytes`; a body without one is held to it here. `'abandoned'` if the caller leaves.
 */
export function takeBody(
  request: HttpRequest,
  maxBytes: number,
): Promise<RequestBody | 'abandoned' | 'too_large'> {
  return new Promise((resolve) => {
    const body = new FlowingBody(request.body, maxBytes);
    if ((request.body.length ?? 0) > MAX_REPLAYED_BYTES) return resolve(body);
    body.gather(resolve);
  });
}

/** What comes of gathering a body. */
type Gathered = (body: RequestBody | 'abandoned' | 'too_large') => void;

/** A body that can be read once. What was gathered of it comes first. */
export class FlowingBody implements IncomingBody, BodyReader {
  readonly length: number | undefined;
  readonly #source: IncomingBody;
  readonly #chunks: Buffer[] = [];
  #room: number;
  #gathered: Gathered | undefined;
  #reader: BodyReader | undefined;
  #onEnd: (() => void) | undefined;
  #isTooLarge = false;

  /** A body of a length that was not declared breaks beyond `maxBytes`. */
  constructor(source: IncomingBody, maxBytes: number) {
    this.#source = source;
    this.#room = maxBytes;
    this.length = source.length;
  }

  get isOver(): boolean {
    return this.#source.isOver && this.#chunks.length === 0;
  }

  get isTooLarge(): boolean {
    return this.#isTooLarge;
  }

  /** True once part of it has been handed out. */
  get isOpened(): boolean {
    return this.#reader !== undefined;
  }

  /** Reads until the end, or until there is more than may be kept; the rest then waits for `read`. */
  gather(gathered: Gathered): void {
    this.#gathered = gathered;
    this.#source.read(this);
  }

  read(reader: BodyReader): void {
    const hasBegun = this.#chunks.length > 0;
    this.#reader = reader;
    for (const chunk of this.#chunks.splice(0)) reader.data(chunk);
    if (hasBegun) this.#source.resume();
    else this.#source.read(this);
  }

  pause(): void {
    this.#source.pause();
  }

  resume(): void {
    this.#source.resume();
  }

  /** Calls back when the last byte has come. */
  onEnd(listener: () => void): void {
    this.#onEnd = listener;
  }

  data(chunk: Buffer): void {
    if (this.#isTooLarge) return;
    this.#room -= chunk.length;
    if (this.#room < 0) this.#refuse();
    else if (this.#reader !== undefined) this.#reader.data(chunk);
    else this.#keep(chunk);
  }

  end(): void {
    if (this.#isTooLarge) return;
    this.#onEnd?.();
    if (this.#reader !== undefined) this.#reader.end();
    else this.#settle(joined(this.#chunks));
  }

  broken(): void {
    if (this.#reader !== undefined) this.#reader.broken();
    else this.#settle('abandoned');
  }

  #keep(chunk: Buffer): void {
    this.#chunks.push(chunk);
    if (sizeOf(this.#chunks) <= MAX_REPLAYED_BYTES) return;
    this.#source.pause();
    this.#settle(this);
  }

  #refuse(): void {
    this.#isTooLarge = true;
    this.#source.pause();
    if (this.#reader !== undefined) this.#reader.broken();
    else this.#settle('too_large');
  }

  #settle(outcome: RequestBody | 'abandoned' | 'too_large'): void {
    this.#gathered?.(outcome);
    this.#gathered = undefined;
  }
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [first, ...others] = chunks;
  return first !== undefined && others.length === 0 ? first : Buffer.concat(chunks);
}

function sizeOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

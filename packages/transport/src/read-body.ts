import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { SlipwayError } from '@slipway/contract';
import type { BodyReader, HttpRequest, IncomingBody } from './http-message.ts';

/** A body, or why there is none, for the protocol to put into its own words. */
export type BodyResult =
  | { readonly body: Buffer; readonly error?: undefined }
  | { readonly body?: undefined; readonly error: SlipwayError };

const inflaters = { gzip: promisify(gunzip), 'x-gzip': promisify(gunzip), deflate: promisify(inflate) };

/**
 * Reads a whole body of at most `maxBytes`, before and after decompression (gzip, deflate). Never throws; the
 * error is `payload_too_large` (at once when Content-Length says so, without reading), `unsupported_media_type`
 * (another Content-Encoding), `invalid_argument` (it does not decompress) or `cancelled` (the caller has gone, or sent
 * fewer bytes than it said). No promise is made where the whole body has come already.
 */
export function readBody(request: HttpRequest, maxBytes: number): BodyResult | Promise<BodyResult> {
  const encoding = request.headers['content-encoding']?.toLowerCase();
  const known = encoding === undefined || encoding === 'identity' || Object.hasOwn(inflaters, encoding);
  if (!known) return { error: unknownEncoding(encoding) };
  const declared = request.body.length;
  if (declared !== undefined && declared > maxBytes) return { error: bodyTooLarge(maxBytes, declared) };
  const collector = new Collector(request.body, maxBytes);
  request.body.read(collector);
  if (encoding === undefined || encoding === 'identity') return collector.result ?? collector.promise();
  return inflated(collector.promise(), encoding as keyof typeof inflaters, maxBytes);
}

/** The error for a body over `maxBytes`; `declared` is its Content-Length, if it had one. */
export function bodyTooLarge(maxBytes: number, declared?: number): SlipwayError {
  const size = declared === undefined ? 'larger' : `${declared} bytes`;
  return new SlipwayError('payload_too_large', `The body is ${size}, but the limit is ${maxBytes} bytes.`, {
    details: { maxBytes, ...(declared === undefined ? {} : { declared }) },
  });
}

function unknownEncoding(encoding: string): SlipwayError {
  return new SlipwayError(
    'unsupported_media_type',
    `Content-Encoding "${encoding}" is not read here. Send gzip, deflate, or no encoding.`,
  );
}

/** Gathers the chunks. A body of known length is copied once into its place; one that came whole, not at all. */
class Collector implements BodyReader {
  readonly #body: IncomingBody;
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #place: Buffer | undefined;
  #length = 0;
  #result: BodyResult | undefined;
  #resolve: ((result: BodyResult) => void) | undefined;

  constructor(body: IncomingBody, maxBytes: number) {
    this.#body = body;
    this.#maxBytes = maxBytes;
  }

  get result(): BodyResult | undefined {
    return this.#result;
  }

  promise(): Promise<BodyResult> {
    if (this.#result !== undefined) return Promise.resolve(this.#result);
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  data(chunk: Buffer): void {
    if (this.#result !== undefined) return;
    const declared = this.#body.length;
    this.#length += chunk.length;
    if (this.#length > this.#maxBytes) {
      this.#body.pause();
      this.#settle({ error: bodyTooLarge(this.#maxBytes) });
    } else if (declared === undefined || chunk.length === declared) this.#chunks.push(chunk);
    else {
      this.#place ??= Buffer.allocUnsafeSlow(declared);
      chunk.copy(this.#place, this.#length - chunk.length);
    }
  }

  end(): void {
    const [first, ...others] = this.#chunks;
    const isWhole = this.#body.length === undefined || this.#body.length === this.#length;
    if (!isWhole) this.broken();
    else if (first !== undefined && others.length === 0) this.#settle({ body: first });
    else this.#settle({ body: this.#place ?? Buffer.concat(this.#chunks, this.#length) });
  }

  broken(): void {
    this.#settle({ error: abandoned() });
  }

  #settle(result: BodyResult): void {
    this.#result ??= result;
    this.#resolve?.(result);
  }
}

function abandoned(): SlipwayError {
  return new SlipwayError('cancelled', 'The caller closed the connection before the whole body had arrived.');
}

async function inflated(
  read: Promise<BodyResult>,
  encoding: keyof typeof inflaters,
  maxBytes: number,
): Promise<BodyResult> {
  const { body, error } = await read;
  if (body === undefined) return { error };
  try {
    // Inflates piece by piece on a thread of the pool, and stops at the limit.
    return { body: await inflaters[encoding](body, { maxOutputLength: maxBytes }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      return { error: bodyTooLarge(maxBytes) };
    }
    return {
      error: new SlipwayError(
        'invalid_argument',
        `The body cannot be decompressed as ${encoding}, as its Content-Encoding says.`,
        { cause: error },
      ),
    };
  }
}

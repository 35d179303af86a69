import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { SlipwayError } from '@slipway/contract';
import type { HttpRequest, HttpResponse } from './http-message.ts';

/** A body, or why there is none, for the protocol to put into its own words. */
export type BodyResult =
  | { readonly body: Buffer; readonly error?: undefined }
  | { readonly body?: undefined; readonly error: SlipwayError };

const inflaters = { gzip: promisify(gunzip), 'x-gzip': promisify(gunzip), deflate: promisify(inflate) };

/**
 * Reads a whole body of at most `maxBytes`, before and after decompression (gzip, deflate). Never throws; the
 * error is `payload_too_large` (at once when Content-Length says so, without reading), `unsupported_media_type`
 * (another Content-Encoding), `invalid_argument` (it does not decompress) or `cancelled` (the caller has gone, or sent fewer bytes than it said).
 * After an error the rest of the body is unread: answer with `answerAndClose`.
 */
export async function readBody(
  request: HttpRequest,
  response: HttpResponse,
  maxBytes: number,
): Promise<BodyResult> {
  const encoding = request.headers['content-encoding']?.toLowerCase();
  const known = encoding === undefined || encoding === 'identity' || Object.hasOwn(inflaters, encoding);
  if (!known) return { error: unknownEncoding(encoding) };
  const declared = declaredLength(request);
  if (declared !== undefined && declared > maxBytes) return { error: bodyTooLarge(maxBytes, declared) };
  sendContinue(request, response);
  const result = await collect(request, maxBytes, declared);
  if (result.body === undefined || encoding === undefined || encoding === 'identity') return result;
  return decompress(result.body, encoding as keyof typeof inflaters, maxBytes);
}

/** The value of Content-Length; the parsers have refused one that is no number. */
export function declaredLength(request: HttpRequest): number | undefined {
  const text = request.headers['content-length'];
  return text === undefined ? undefined : Number(text);
}

/** Invites the body of a caller that waits for that (`Expect: 100-continue`). To be called before reading. */
export function sendContinue(request: HttpRequest, response: HttpResponse): void {
  if (request.headers.expect !== undefined && /^100-continue$/i.test(request.headers.expect)) {
    response.writeContinue();
  }
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
function collect(request: HttpRequest, maxBytes: number, declared: number | undefined): Promise<BodyResult> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let place: Buffer | undefined;
    let length = 0;
    let settled = false;

    request.on('data', take);
    request.on('end', end);
    request.on('close', leave);
    // Stays, because a connection can still break while the request is answered.
    request.on('error', leave);

    function take(chunk: Buffer): void {
      length += chunk.length;
      if (length > maxBytes) finish({ error: bodyTooLarge(maxBytes) });
      else if (declared === undefined || chunk.length === declared) chunks.push(chunk);
      else {
        place ??= Buffer.allocUnsafeSlow(declared);
        chunk.copy(place, length - chunk.length);
      }
    }
    function end(): void {
      const body = place ?? (chunks.length === 1 ? chunks[0] : undefined) ?? Buffer.concat(chunks, length);
      // HTTP/2 ends the body of a request that was reset as if it were whole.
      const whole = !request.stream?.rstCode && (declared === undefined || declared === length);
      finish(whole ? { body } : { error: abandoned() });
    }
    function leave(): void {
      if (!settled) finish({ error: abandoned() });
    }
    function finish(result: BodyResult): void {
      settled = true;
      request.off('data', take);
      request.off('end', end);
      request.off('close', leave);
      if (result.body === undefined) request.pause();
      resolve(result);
    }
  });
}

function abandoned(): SlipwayError {
  return new SlipwayError('cancelled', 'The caller closed the connection before the whole body had arrived.');
}

async function decompress(
  body: Buffer,
  encoding: keyof typeof inflaters,
  maxBytes: number,
): Promise<BodyResult> {
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

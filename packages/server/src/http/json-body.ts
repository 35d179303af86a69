import { createHash } from 'node:crypto';
import { MAX_JSON_DEPTH, SlipwayError } from '@slipway/contract';
import type { FastifyRequest } from 'fastify';
import type { App } from './app.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** SHA-256 of the bytes of a JSON body, in hexadecimal; empty when there was none. */
    bodyDigest: string;
  }
}

/** Reads JSON bodies: UTF-8 only, not too deep, and with no key that would reach an object's prototype. */
export function addJsonBody(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.decorateRequest('bodyDigest', '');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    try {
      // Clients set the type on requests without a body, too; the route's schema says whether there must be one.
      if (bytes.length === 0) return done(null, undefined);
      const text = decode(bytes);
      checkDepth(bytes);
      request.bodyDigest = createHash('sha256').update(bytes).digest('hex');
      parse(request as FastifyRequest, text, (error, value) => done(error && notJson(text), value));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** For routes whose body has no field that must be there: none at all is as good as an empty object. */
export async function allowNoBody(request: FastifyRequest): Promise<void> {
  request.body ??= {};
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SlipwayError('invalid_argument', 'The body is not valid UTF-8.', { cause });
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING: ReadonlySet<number> = new Set(Buffer.from('[{'));
const CLOSING: ReadonlySet<number> = new Set(Buffer.from(']}'));

/** Counts brackets outside strings, before anything recursive sees them. */
function checkDepth(bytes: Uint8Array): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (inString && byte === BACKSLASH) index += 1;
    else if (byte === QUOTE) inString = !inString;
    else if (!inString && OPENING.has(byte)) depth += 1;
    else if (!inString && CLOSING.has(byte)) depth -= 1;
    if (depth > MAX_JSON_DEPTH) {
      throw new SlipwayError('invalid_argument', `The body is nested deeper than ${MAX_JSON_DEPTH} levels.`);
    }
  }
}

/** Tells where the JSON breaks; what breaks nowhere was refused for a key. */
function notJson(text: string): SlipwayError {
  try {
    JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new SlipwayError('invalid_argument', `The body is not JSON: ${reason}.`, { cause });
  }
  return new SlipwayError(
    'invalid_argument',
    'The body has a key "__proto__" or "constructor", which is not taken.',
  );
}

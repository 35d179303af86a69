import { promisify } from 'node:util';
import { constants, deflate, gunzip, gzip, inflate } from 'node:zlib';
import { SlipwayError } from '@slipway/contract';
import type { EncodedMessage } from '../../protobuf/writer.ts';
import type { Frame } from './frames.ts';

/** The encodings of messages; `deflate` is zlib's. */
const CODINGS = {
  gzip: { compress: promisify(gzip), decompress: promisify(gunzip) },
  deflate: { compress: promisify(deflate), decompress: promisify(inflate) },
};

export type MessageEncoding = keyof typeof CODINGS;

/** Value of `grpc-accept-encoding`: what callers may send. */
export const ACCEPTED_ENCODINGS = 'identity,deflate,gzip';

/** Smaller answers are not worth the way to a thread of the pool. */
const LEAST_BYTES = 1_400;

/** Twice as fast as the default, and hardly larger for numbers, whose digits are close to random. */
const LEVEL = constants.Z_BEST_SPEED;

/** The encoding that a `grpc-encoding` header names; `undefined`: none. The error lists what is read. */
export function readEncoding(
  header: string | string[] | undefined,
): MessageEncoding | undefined | SlipwayError {
  if (header === undefined || header === 'identity') return undefined;
  if (header === 'gzip' || header === 'deflate') return header;
  return new SlipwayError(
    'unsupported',
    `The message encoding "${header}" is not read here; it takes ${ACCEPTED_ENCODINGS}.`,
  );
}

/** True if a `grpc-accept-encoding` header names the encoding. */
export function accepts(header: string | string[] | undefined, encoding: MessageEncoding): boolean {
  return String(header ?? '')
    .split(',')
    .some((name) => name.trim() === encoding);
}

/** The message of a compressed frame, on a thread of Node's pool. */
export async function decompress(
  { bytes }: Frame,
  encoding: MessageEncoding | undefined,
  maxMessageBytes: number,
): Promise<Uint8Array | SlipwayError> {
  if (encoding === undefined) {
    return new SlipwayError(
      'invalid_argument',
      'The message says that it is compressed, but no grpc-encoding says how.',
    );
  }
  try {
    // Inflates piece by piece, and stops at the limit.
    return await CODINGS[encoding].decompress(bytes, { maxOutputLength: maxMessageBytes });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      return new SlipwayError(
        'payload_too_large',
        `Received message larger than max (more than ${maxMessageBytes} bytes when decompressed vs. ${maxMessageBytes})`,
        { details: { maxBytes: maxMessageBytes } },
      );
    }
    return new SlipwayError('invalid_argument', `The message cannot be decompressed as ${encoding}.`, {
      cause: thrown,
    });
  }
}

/** True if the caller gains by waiting for this message to be compressed. */
export function isWorthCompressing({ byteLength }: EncodedMessage): boolean {
  return byteLength >= LEAST_BYTES;
}

/** The message compressed, on a thread of Node's pool. */
export async function compress(message: EncodedMessage, encoding: MessageEncoding): Promise<EncodedMessage> {
  const bytes = await CODINGS[encoding].compress(Buffer.concat(message.chunks), { level: LEVEL });
  return { chunks: [bytes], byteLength: bytes.length };
}

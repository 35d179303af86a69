import { promisify } from 'node:util';
import { constants, deflate, gzip } from 'node:zlib';
import type { Answer } from './exchange.ts';

/** The encodings that answers are given in. `deflate` is that of HTTP, which is zlib's. */
export type AnswerEncoding = 'gzip' | 'deflate';

const compressors = { gzip: promisify(gzip), deflate: promisify(deflate) };

/** What fits one packet arrives no sooner for being smaller. */
const LEAST_BYTES = 1_400;

/** Twice as fast as the default and hardly larger for numbers, whose digits are close to random. */
const LEVEL = constants.Z_BEST_SPEED;

/** The encoding that an Accept-Encoding header likes best, gzip first where it does not mind; `undefined`: none. */
export function acceptedEncoding(header: string | string[] | undefined): AnswerEncoding | undefined {
  if (header === undefined) return undefined;
  const weights = readWeights(String(header));
  const weightOf = (encoding: string) => weights.get(encoding) ?? weights.get('*') ?? 0;
  const [gzipWeight, deflateWeight] = [weightOf('gzip'), weightOf('deflate')];
  if (gzipWeight === 0 && deflateWeight === 0) return undefined;
  return gzipWeight >= deflateWeight ? 'gzip' : 'deflate';
}

function readWeights(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const choice of header.split(',')) {
    const [name = '', ...parameters] = choice.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((one) => one.startsWith('q='))?.slice(2);
    weights.set(name, weight === undefined ? 1 : Number(weight) || 0);
  }
  return weights;
}

/** True if a caller gains by waiting for this body to be compressed. */
export function isWorthCompressing(body: Answer['body']): boolean {
  return sizeOf(body) >= LEAST_BYTES;
}

function sizeOf(body: Answer['body']): number {
  if (typeof body === 'string') return body.length;
  return Buffer.isBuffer(body)
    ? body.length
    : (body as readonly Uint8Array[]).reduce((sum, piece) => sum + piece.length, 0);
}

/** The answer with its body compressed, on a thread of Node's pool. */
export async function compress(answer: Answer, encoding: AnswerEncoding): Promise<Answer> {
  const body = await compressors[encoding](whole(answer.body), { level: LEVEL });
  return { ...answer, headers: { ...answer.headers, 'content-encoding': encoding }, body };
}

function whole(body: Answer['body']): Uint8Array | string {
  return typeof body === 'string' || Buffer.isBuffer(body)
    ? body
    : Buffer.concat(body as readonly Uint8Array[]);
}

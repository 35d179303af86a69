import { SlipwayError } from '@slipway/contract';
import type { FastifyRequest } from 'fastify';
import type { Reader, Store, Writer } from '../store/store.ts';
import type { Answer } from './answer.ts';

const KEY = /^[\x20-\x7e]{1,128}$/;

/** A request that a client may send again with the same `Idempotency-Key`. */
interface Repeatable {
  readonly id: string;
  readonly digest: string;
}

/**
 * Answers a request that creates something, once. What `work` writes and the answer to it are kept in one
 * transaction; the same key with the same body gets that answer again, without work. `prepare` comes before the
 * transaction, and its result goes to `work`. Throws `conflict` for the same key with another body. Kept answers are
 * removed after a day, by the housekeeping.
 */
export async function answerOnce<T>(
  store: Store,
  request: FastifyRequest,
  prepare: () => Promise<T>,
  work: (writer: Writer, prepared: T) => Promise<Answer>,
): Promise<Answer> {
  const repeatable = repeatableFrom(request);
  if (repeatable === undefined) {
    const prepared = await prepare();
    return store.write((writer) => work(writer, prepared));
  }
  const kept = await store.read((reader) => keptAnswer(reader, repeatable));
  if (kept !== undefined) return kept;
  const prepared = await prepare();
  return store.write(async (writer) => {
    const meanwhile = await keptAnswer(writer, repeatable);
    if (meanwhile !== undefined) return meanwhile;
    const answer = await work(writer, prepared);
    await keep(writer, repeatable, answer);
    return answer;
  });
}

function repeatableFrom(request: FastifyRequest): Repeatable | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && KEY.test(key)) {
    return { id: `${request.method} ${request.url} ${key}`, digest: request.bodyDigest };
  }
  throw new SlipwayError('invalid_argument', 'Idempotency-Key must be 1 to 128 printable ASCII characters.', {
    details: { field: 'idempotency-key' },
  });
}

async function keptAnswer(reader: Reader, { id, digest }: Repeatable): Promise<Answer | undefined> {
  const found = await reader.get('idempotency', id);
  if (found === undefined) return undefined;
  const { requestDigest, status, headers, body } = found.value;
  if (requestDigest === digest) return { status, headers, body };
  throw new SlipwayError(
    'conflict',
    'This Idempotency-Key was used before with another body. Use a new key for another request.',
    { details: { field: 'idempotency-key' } },
  );
}

async function keep(writer: Writer, { id, digest }: Repeatable, answer: Answer): Promise<void> {
  await writer.put('idempotency', id, {
    requestDigest: digest,
    ...answer,
    createdAt: new Date().toISOString(),
  });
}

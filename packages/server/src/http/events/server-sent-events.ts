import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** One event. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: unknown;
  readonly id?: string;
}

/** Silence that proxies and our own idle timeout bear: they cut connections after 30 s to 2 minutes of it. */
const KEEP_ALIVE_MS = 15_000;

/**
 * Sends events until `makeEvents` ends or the client goes; then the signal that it was given fires. Events are taken
 * only as fast as the client reads them.
 */
export function sendEvents(
  reply: FastifyReply,
  closing: AbortSignal,
  makeEvents: (signal: AbortSignal) => AsyncIterable<ServerSentEvent>,
): FastifyReply {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, closing]);
  const text = withKeepAlive(toText(makeEvents(signal)), signal);
  return reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .send(Readable.from(text, { objectMode: false, highWaterMark: 16 * 1024 }));
}

async function* toText(events: AsyncIterable<ServerSentEvent>): AsyncGenerator<string> {
  for await (const { event, data, id } of events) {
    yield `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  }
}

/** Fills silence with comments, so that a broken connection is found out and a quiet one is not cut. */
async function* withKeepAlive(texts: AsyncGenerator<string>, signal: AbortSignal): AsyncGenerator<string> {
  // Headers go out with the first byte: a client should not have to wait for the first event.
  yield ': open\n\n';
  let next = texts.next();
  try {
    while (!signal.aborted) {
      const result = await firstOf(next, KEEP_ALIVE_MS);
      if (result === undefined) {
        yield ': keep-alive\n\n';
        continue;
      }
      if (result.done) return;
      yield result.value;
      next = texts.next();
    }
  } finally {
    await texts.return(undefined);
  }
}

/** The value, or `undefined` if it takes longer. */
async function firstOf<T>(value: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  try {
    return await Promise.race([value, silence]);
  } finally {
    clearTimeout(timer);
  }
}

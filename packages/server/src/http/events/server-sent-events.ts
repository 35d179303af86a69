import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { withKeepAlive } from './keep-alive.ts';

/** One event. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: unknown;
  readonly id?: string;
}

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
  const text = withKeepAlive(toText(makeEvents(signal)));
  return reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .send(Readable.from(text, { objectMode: false, highWaterMark: 16 * 1024 }));
}

async function* toText(events: AsyncIterable<ServerSentEvent>): AsyncGenerator<string> {
  for await (const { event, data, id } of events) {
    yield `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  }
}

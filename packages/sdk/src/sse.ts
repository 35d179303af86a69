import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream';
import type { ApiRequest, HttpClient } from './http-client.ts';

/** Longest single event, in characters; a stream that exceeds it is broken. */
const MAX_EVENT_CHARACTERS = 4_000_000;

/** Opens a stream of server-sent events and gives them out one by one; throws when the stream breaks. */
export async function* readEvents(
  client: HttpClient,
  request: ApiRequest,
  lastEventId?: string,
): AsyncGenerator<EventSourceMessage> {
  const headers = {
    accept: 'text/event-stream',
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  };
  const { body } = await client.open({ ...request, headers });
  if (body === null) return;
  yield* body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream({ maxBufferSize: MAX_EVENT_CHARACTERS }));
}

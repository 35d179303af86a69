import type { HttpClient } from './http-client.ts';
import { errorOfFailure } from './http-errors.ts';
import { readEvents } from './sse.ts';

/** A line that a replica wrote. */
export interface LogLine {
  readonly replica: string;
  readonly line: string;
}

/**
 * Follows the log of a service. Ends without an error when the signal fires or the server ends the stream; throws `unavailable`
 * when the connection breaks, because lines may then be missing.
 */
export async function* readLogLines(
  client: HttpClient,
  path: string,
  tail: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<LogLine> {
  const request = { path, query: { tail, follow: true }, signal };
  try {
    for await (const { event, data } of readEvents(client, request)) {
      if (event === 'log') yield JSON.parse(data) as LogLine;
    }
  } catch (thrown) {
    if (signal?.aborted) return;
    throw errorOfFailure(thrown, client.connection.url, request);
  }
}

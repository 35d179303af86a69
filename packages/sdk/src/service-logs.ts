import type { HttpClient, Query } from './http-client.ts';
import { errorOfFailure } from './http-errors.ts';
import { readEvents } from './sse.ts';

/** Lines of log that are read when nothing is said, as in Azure's SDK. */
const DEFAULT_LOG_LINES = 5_000;

/** Which lines of a service's logs. */
export interface LogChoice {
  /** The last so many; 5000 if left out. */
  readonly numLines?: number | undefined;
  /** Of this replica alone. */
  readonly replica?: string | undefined;
  /** Written then or later. */
  readonly since?: Date | undefined;
  /** What replicas wrote until they were ready, `init` of a script included. */
  readonly init?: boolean | undefined;
}

/** The choice in the words of the control plane. */
export function logQuery({ numLines = DEFAULT_LOG_LINES, replica, since, init }: LogChoice): Query {
  return { tail: numLines, replica, since: since?.toISOString(), init };
}

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
  query: Query,
  signal: AbortSignal | undefined,
): AsyncGenerator<LogLine> {
  const request = { path, query: { ...query, follow: true }, signal };
  try {
    for await (const { event, data } of readEvents(client, request)) {
      if (event === 'log') yield JSON.parse(data) as LogLine;
    }
  } catch (thrown) {
    if (signal?.aborted) return;
    throw errorOfFailure(thrown, client.connection.url, request);
  }
}

import { SlipwayError } from '@slipway/contract';
import type { Operation, OperationLogLine, PageOf } from '@slipway/contract/api';
import type { HttpClient } from './http-client.ts';
import { errorOfFailure } from './http-errors.ts';
import { pause } from './pause.ts';
import { readEvents } from './sse.ts';

/** How long the control plane may be away while an operation is watched: longer than a restart takes. */
const MAX_UNREACHABLE_MS = 60_000;

/** Between the end of a broken stream and the next look. */
const RETRY_PAUSE_MS = 1_000;

/** Something that an operation's watcher wants to know. */
export type OperationEvent =
  | { readonly type: 'log'; readonly line: OperationLogLine }
  | { readonly type: 'operation'; readonly operation: Operation };

interface Watch {
  readonly client: HttpClient;
  /** Path of the operation. */
  readonly path: string;
  readonly signal: AbortSignal | undefined;
  /** The last log line given out. */
  sequence: number;
  ended: boolean;
}

/**
 * Gives out an operation's log lines, each once, and its changes, until it has ended. A stream that breaks is opened again; what
 * happened meanwhile, or where no stream gets through at all, is read by polling.
 */
export async function* watchOperation(
  client: HttpClient,
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<OperationEvent> {
  const watch: Watch = { client, path, signal, sequence: 0, ended: false };
  let lastSeen = Date.now();
  while (!watch.ended) {
    try {
      for await (const event of follow(watch)) {
        lastSeen = Date.now();
        yield event;
      }
      lastSeen = Date.now();
    } catch (thrown) {
      const failure = errorOfFailure(thrown, client.connection.url, { path, signal });
      if (failure.code !== 'unavailable' || Date.now() - lastSeen > MAX_UNREACHABLE_MS) throw failure;
    }
    if (!watch.ended) await pause(RETRY_PAUSE_MS, signal);
  }
}

async function* follow(watch: Watch): AsyncGenerator<OperationEvent> {
  try {
    yield* stream(watch);
  } catch (thrown) {
    if (thrown instanceof SlipwayError && thrown.code !== 'unavailable') throw thrown;
  }
  if (!watch.ended) yield* poll(watch);
}

async function* stream(watch: Watch): AsyncGenerator<OperationEvent> {
  const { client, path, signal } = watch;
  const request = { path: `${path}/stream`, signal };
  for await (const { event, data } of readEvents(client, request, String(watch.sequence))) {
    if (event === 'log') yield* newLines(watch, [JSON.parse(data) as OperationLogLine]);
    if (event === 'operation') yield changed(watch, JSON.parse(data) as Operation);
  }
}

async function* poll(watch: Watch): AsyncGenerator<OperationEvent> {
  const { client, path, signal } = watch;
  const operation = await client.json<Operation>({ path, signal });
  const query = { cursor: String(watch.sequence) };
  const page = await client.json<PageOf<OperationLogLine>>({ path: `${path}/log`, query, signal });
  yield* newLines(watch, page.items);
  if (page.nextCursor === null) yield changed(watch, operation);
}

function* newLines(watch: Watch, lines: readonly OperationLogLine[]): Generator<OperationEvent> {
  for (const line of lines) {
    if (line.sequence <= watch.sequence) continue;
    watch.sequence = line.sequence;
    yield { type: 'log', line };
  }
}

function changed(watch: Watch, operation: Operation): OperationEvent {
  watch.ended = operation.finishedAt !== null;
  return { type: 'operation', operation };
}

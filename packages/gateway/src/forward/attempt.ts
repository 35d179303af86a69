import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { NOT_RUN_HEADER } from '@slipway/contract';
import type { HttpResponse } from '@slipway/transport';
import type { Dispatcher } from 'undici';
import type { Replica } from '../routes/replica.ts';
import type { Cancellation } from './cancellation.ts';
import { BodyTooLarge, type RequestBody } from './request-body.ts';
import { createResponseRelay } from './response-relay.ts';

/** The most of a refusal's text that is kept for the caller. */
const MAX_REFUSAL_BYTES = 65_536;

/** A request as every replica would get it. */
export interface ReplicaRequest {
  readonly method: 'GET' | 'POST' | 'HEAD';
  readonly path: string;
  readonly headers: string[];
  readonly body: RequestBody | null;
}

/** How sending a request to one replica ended. */
export type AttemptOutcome = { readonly kind: 'answered' } | AttemptFailure;

export type AttemptFailure =
  /** No connection could be made. */
  | { readonly kind: 'unreachable'; readonly error: Error }
  /** The replica said no before it ran the request. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly text: Buffer;
    }
  /** The connection ended without a byte of a response. */
  | { readonly kind: 'closed'; readonly error: Error }
  /** The connection ended within the response. */
  | { readonly kind: 'broken'; readonly error: Error }
  /** Nothing came within the time. */
  | { readonly kind: 'timeout' }
  | { readonly kind: 'abandoned' }
  | { readonly kind: 'too_large' };

/**
 * Sends the request to one replica and passes the response on to the caller while it comes, holding the replica back
 * when the caller is slow. A refusal is not passed on, but returned. Never rejects.
 */
export function attempt(
  replica: Replica,
  request: ReplicaRequest,
  response: HttpResponse,
  ids: Readonly<Record<string, string>>,
  cancellation: Cancellation,
): Promise<AttemptOutcome> {
  return new Promise((resolve) => {
    const relay = createResponseRelay(response, ids);
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let refusal:
      | { readonly headers: IncomingHttpHeaders; readonly chunks: Buffer[]; bytes: number }
      | undefined;
    let settled = false;

    cancellation.onCancel((reason) => {
      settle({ kind: reason });
      controller?.abort(new Error(reason));
      if (response.headersSent) response.destroy();
    });

    function settle(outcome: AttemptOutcome): void {
      if (settled) return;
      settled = true;
      cancellation.onCancel(undefined);
      resolve(outcome);
    }

    function failed(error: Error): AttemptFailure {
      if (error instanceof BodyTooLarge) return { kind: 'too_large' };
      if (refusal !== undefined) return refused(refusal);
      if (controller === undefined) return { kind: 'unreachable', error };
      return { kind: status === 0 ? 'closed' : 'broken', error };
    }

    function refused({ headers, chunks }: NonNullable<typeof refusal>): AttemptFailure {
      return { kind: 'refused', status, headers, text: Buffer.concat(chunks) };
    }

    replica.pool.dispatch(optionsOf(request), {
      onRequestStart: (started) => {
        controller = started;
        if (settled) started.abort(new Error('cancelled'));
      },
      onResponseStart: (_controller, code, headers) => {
        if (code < 200) return;
        status = code;
        if (code === 503 && headers[NOT_RUN_HEADER] !== undefined) {
          refusal = { headers, chunks: [], bytes: 0 };
          return;
        }
        relay.start(code, headers);
      },
      onResponseData: (source, chunk) => {
        if (refusal !== undefined) {
          refusal.bytes += chunk.length;
          if (refusal.bytes <= MAX_REFUSAL_BYTES) refusal.chunks.push(chunk);
          return;
        }
        relay.data(chunk, source);
      },
      onResponseEnd: () => {
        if (refusal !== undefined) return settle(refused(refusal));
        relay.end();
        settle({ kind: 'answered' });
      },
      onResponseError: (_controller, error) => {
        settle(failed(error));
      },
    });
  });
}

function optionsOf({ method, path, headers, body }: ReplicaRequest): Dispatcher.DispatchOptions {
  if (body === null) return { method, path, headers };
  if (body.kind === 'whole') return { method, path, headers, body: body.bytes };
  const withLength =
    body.length === undefined ? headers : [...headers, 'content-length', String(body.length)];
  return { method, path, headers: withLength, body: Readable.from(body.open(), { objectMode: false }) };
}

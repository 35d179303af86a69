import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { NOT_RUN_HEADER } from '@slipway/contract';
import type { FailureStage, Exchange as ReplicaExchange } from '@slipway/transport';
import type { Replica } from '../routes/replica.ts';
import type { Exchange } from './answers.ts';
import type { Cancellation } from './cancellation.ts';
import { FlowingBody, type RequestBody } from './request-body.ts';
import { createResponseRelay } from './response-relay.ts';

/** The most of a refusal's text that is kept for the caller. */
const MAX_REFUSAL_BYTES = 65_536;

/** A request as every replica would get it. */
export interface ReplicaRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
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
  exchange: Exchange,
  cancellation: Cancellation,
): Promise<AttemptOutcome> {
  return new Promise((resolve) => {
    const { response } = exchange;
    const relay = createResponseRelay(exchange);
    let sent: ReplicaExchange | undefined;
    let refusal: Refusal | undefined;

    cancellation.onCancel((reason) => {
      sent?.abort();
      if (response.status !== undefined) response.destroy();
      settle({ kind: reason });
    });

    sent = replica.client.send(request, {
      start: (status, headers) => {
        if (status === 503 && headers[NOT_RUN_HEADER] !== undefined) {
          refusal = { status, headers, chunks: [], bytes: 0 };
        } else relay.start(status, headers);
      },
      data: (chunk) => {
        if (refusal !== undefined) keep(refusal, chunk);
        else relay.data(chunk, sent);
      },
      end: () => {
        if (refusal !== undefined) return settle(refused(refusal));
        // First, because a response that is sent is closed, which is also how a caller leaves.
        settle({ kind: 'answered' });
        relay.end();
      },
      failed: (error, stage) => {
        if (request.body instanceof FlowingBody && request.body.isTooLarge) settle({ kind: 'too_large' });
        else settle(refusal === undefined ? failed(error, stage) : refused(refusal));
      },
    });

    function settle(outcome: AttemptOutcome): void {
      cancellation.onCancel(undefined);
      resolve(outcome);
    }
  });
}

/** A refusal while it comes. */
interface Refusal {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly chunks: Buffer[];
  bytes: number;
}

function keep(refusal: Refusal, chunk: Buffer): void {
  refusal.bytes += chunk.length;
  if (refusal.bytes <= MAX_REFUSAL_BYTES) refusal.chunks.push(chunk);
}

function refused({ status, headers, chunks }: Refusal): AttemptFailure {
  return { kind: 'refused', status, headers, text: Buffer.concat(chunks) };
}

function failed(error: Error, stage: FailureStage): AttemptFailure {
  switch (stage) {
    case 'connecting':
      return { kind: 'unreachable', error };
    case 'asking':
      return { kind: 'closed', error };
    case 'answering':
      return { kind: 'broken', error };
  }
}

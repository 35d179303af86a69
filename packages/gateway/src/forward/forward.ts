import type { RoutedService } from '../routes/route-table.ts';
import { answerFailure, type Exchange } from './answers.ts';
import { type AttemptFailure, type AttemptOutcome, attempt, type ReplicaRequest } from './attempt.ts';
import { type Cancellation, createCancellation } from './cancellation.ts';
import { headersForReplica, type Origin } from './headers.ts';
import { FlowingBody, type RequestBody, takeBody } from './request-body.ts';
import { failureToReport } from './retry-policy.ts';
import { type ForwardDeps, tryReplicas } from './try-replicas.ts';

/** The replica itself answers when its scoring timeout is over; it gets this long to do so. */
const TIMEOUT_MARGIN_MS = 1_000;

/** A request that is to go to a service. */
export interface ForwardOrder {
  readonly exchange: Exchange;
  readonly service: RoutedService;
  readonly method: ReplicaRequest['method'];
  readonly path: string;
  readonly origin: Origin;
  readonly maxBodyBytes: number;
}

/** Sends a request to the least busy replica, and to others where that is safe, until one has answered. */
export async function forward(deps: ForwardDeps, order: ForwardOrder): Promise<void> {
  const { exchange, maxBodyBytes } = order;
  const body = await bodyOf(order);
  if (body === 'abandoned') return;
  if (body === 'too_large') return answerFailure(exchange, order.service.name, { kind: body }, maxBodyBytes);
  // Not before its body is here: of a caller whose bytes nobody reads it is not seen that it left.
  const service = order.service.isReady ? order.service : await whenReady(deps, order);
  if (service === undefined) return;
  const replicaRequest: ReplicaRequest = {
    method: order.method,
    path: order.path,
    headers: headersForReplica(exchange.request.headers, order.origin),
    body,
  };
  const cancellation = createCancellation();
  const stopWatching = watchDeadline(order, body, cancellation);
  try {
    const outcomes = await tryReplicas(deps, service, {
      attempt: (replica) => attempt(replica, replicaRequest, exchange, cancellation),
      isReplayable: () => isReplayable(body),
    });
    if (outcomes.at(-1)?.kind === 'answered') return;
    answerFailure(exchange, service.name, failureToReport(outcomes.filter(isFailure)), maxBodyBytes);
  } finally {
    stopWatching();
  }
}

/** The service as soon as it has a replica; `undefined` if the caller leaves before. */
function whenReady(
  { table }: ForwardDeps,
  { service, exchange }: ForwardOrder,
): Promise<RoutedService | undefined> {
  return table.awaitReplica(service, (left) => exchange.response.onClose(left));
}

/** A GET without a body says so by having neither of the two headers. */
function bodyOf({
  exchange: { request },
  maxBodyBytes,
}: ForwardOrder): Promise<RequestBody | 'abandoned' | 'too_large'> | null {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  const isAbsent = request.body.isOver && length === undefined && coding === undefined;
  return isAbsent ? null : takeBody(request, maxBodyBytes);
}

/** Cancels when the caller leaves, or when nothing has come back for the scoring timeout and a little more. */
function watchDeadline(
  order: ForwardOrder,
  body: RequestBody | null,
  cancellation: Cancellation,
): () => void {
  const { response } = order.exchange;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  response.onClose(leave);
  // The time that a caller needs to send its body is not the replica's.
  if (body instanceof FlowingBody) body.onEnd(start);
  else start();

  function start(): void {
    if (!isOver) timer = setTimeout(expire, order.service.scoringTimeoutMs + TIMEOUT_MARGIN_MS);
  }
  function expire(): void {
    if (response.status === undefined) cancellation.cancel('timeout');
  }
  function leave(): void {
    if (!isOver) cancellation.cancel('abandoned');
  }
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

function isFailure(outcome: AttemptOutcome): outcome is AttemptFailure {
  return outcome.kind !== 'answered';
}

function isReplayable(body: RequestBody | null): boolean {
  return !(body instanceof FlowingBody) || !body.isOpened;
}

import type { Replica } from '../routes/replica.ts';
import type { RoutedService, RouteTable } from '../routes/route-table.ts';
import { answerFailure, type Exchange } from './answers.ts';
import { type AttemptFailure, attempt, type ReplicaRequest } from './attempt.ts';
import { type Cancellation, createCancellation } from './cancellation.ts';
import { headersForReplica, type Origin } from './headers.ts';
import { FlowingBody, type RequestBody, takeBody } from './request-body.ts';
import { failureToReport, mayRetry } from './retry-policy.ts';

/** The replica itself answers when its scoring timeout is over; it gets this long to do so. */
const TIMEOUT_MARGIN_MS = 1_000;

/** A replica that could not be reached is left out for so long, if there are others. */
const SUSPECT_MS = 1_000;

/** What forwarding needs of the rest of the gateway. */
export interface ForwardDeps {
  readonly table: Pick<RouteTable, 'release'>;
  /** Told of every attempt that failed. */
  readonly failed: (service: string, replica: Replica, failure: AttemptFailure) => void;
  /** Told when another attempt follows one that failed. */
  readonly retried: (service: string, failure: AttemptFailure) => void;
}

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
  const { exchange, service, maxBodyBytes } = order;
  const body = await bodyOf(order);
  if (body === 'abandoned') return;
  if (body === 'too_large') return answerFailure(exchange, service.name, { kind: body }, maxBodyBytes);
  const replicaRequest: ReplicaRequest = {
    method: order.method,
    path: order.path,
    headers: headersForReplica(exchange.request.headers, order.origin),
    body,
  };
  const cancellation = createCancellation();
  const stopWatching = watchDeadline(order, body, cancellation);
  try {
    const failures = await tryReplicas(deps, order, replicaRequest, cancellation);
    if (failures !== 'answered')
      answerFailure(exchange, service.name, failureToReport(failures), maxBodyBytes);
  } finally {
    stopWatching();
  }
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

/** Tries replica after replica until one has answered; otherwise returns what went wrong with each. */
async function tryReplicas(
  deps: ForwardDeps,
  { exchange, service }: ForwardOrder,
  request: ReplicaRequest,
  cancellation: Cancellation,
): Promise<'answered' | readonly AttemptFailure[]> {
  const began = performance.now();
  const tried: Replica[] = [];
  const failures: AttemptFailure[] = [];
  for (;;) {
    const replica = service.acquire(tried);
    if (replica === undefined) return failures;
    const last = failures.at(-1);
    if (last !== undefined) deps.retried(service.name, last);
    const outcome = await attempt(replica, request, exchange, cancellation);
    deps.table.release(replica);
    if (outcome.kind === 'answered') {
      replica.suspectUntil = 0;
      return 'answered';
    }
    if (outcome.kind === 'unreachable') replica.suspectUntil = performance.now() + SUSPECT_MS;
    deps.failed(service.name, replica, outcome);
    tried.push(replica);
    failures.push(outcome);
    const facts = {
      replayable: isReplayable(request.body),
      elapsedMs: performance.now() - began,
      scoringTimeoutMs: service.scoringTimeoutMs,
    };
    if (!mayRetry(outcome, facts)) return failures;
  }
}

function isReplayable(body: RequestBody | null): boolean {
  return !(body instanceof FlowingBody) || !body.isOpened;
}

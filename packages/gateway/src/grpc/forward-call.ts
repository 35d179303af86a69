import { constants } from 'node:http2';
import { type Cancellation, createCancellation } from '../forward/cancellation.ts';
import { NOT_RUN } from '../forward/headers.ts';
import { failureToReport } from '../forward/retry-policy.ts';
import { type ForwardDeps, tryReplicas } from '../forward/try-replicas.ts';
import type { RoutedService } from '../routes/route-table.ts';
import { answerAtOnce, attemptCall, type Call, type CallFailure } from './attempt-call.ts';
import { type CallStatus, endWith, GRPC_STATUS } from './status.ts';

/** The replica itself answers when its scoring timeout is over; it gets this long to do so. */
const TIMEOUT_MARGIN_MS = 1_000;

/** Sends a call to the least busy replica, and to others where that is safe. Returns its status as it is counted. */
export async function forwardCall(deps: ForwardDeps, found: RoutedService, call: Call): Promise<string> {
  const service = found.isReady ? found : await whenReady(deps, found, call);
  if (service === undefined) return endFailed(call, found.name, { kind: 'abandoned' });
  const cancellation = createCancellation();
  const stopWatching = watchCall(service, call, cancellation);
  try {
    const outcomes = await tryReplicas(deps, service, {
      attempt: (replica) => attemptCall(replica, call, cancellation),
      isReplayable: () => call.body.isReplayable,
    });
    const last = outcomes.at(-1);
    if (last?.kind === 'answered') return last.code;
    return endFailed(call, service.name, failureToReport(outcomes.filter(isFailure)));
  } finally {
    stopWatching();
  }
}

/** The service as soon as it has a replica; `undefined` if the caller leaves before. */
function whenReady(
  { table }: ForwardDeps,
  service: RoutedService,
  { stream }: Call,
): Promise<RoutedService | undefined> {
  return table.awaitReplica(service, (left) => {
    if (stream.closed) left();
    else stream.once('close', left);
  });
}

function isFailure(outcome: { readonly kind: string }): outcome is CallFailure {
  return outcome.kind !== 'answered';
}

/**
 * Cancels when the caller leaves, which it does at its own deadline too, or when nothing has come back for the scoring
 * timeout and a little more since it had sent all. A call whose answer has begun may go on.
 */
function watchCall(service: RoutedService, { stream, body }: Call, cancellation: Cancellation): () => void {
  let timer: NodeJS.Timeout | undefined;
  const expire = () => {
    if (!stream.headersSent) cancellation.cancel('timeout');
  };
  const leave = () => cancellation.cancel('abandoned');
  body.onEnd(() => {
    timer = setTimeout(expire, service.scoringTimeoutMs + TIMEOUT_MARGIN_MS);
  });
  stream.once('close', leave);
  return () => {
    clearTimeout(timer);
    body.onEnd(undefined);
    stream.off('close', leave);
  };
}

/** Ends a call that no replica has answered. */
function endFailed(call: Call, service: string, failure: CallFailure | undefined): string {
  const { stream, ids } = call;
  switch (failure?.kind) {
    case undefined:
    case 'unreachable':
      return end({
        code: 'UNAVAILABLE',
        message: `No ready replicas for service ${service}`,
        notRun: true,
      });
    case 'refused':
      answerAtOnce(call, failure.headers, NOT_RUN);
      return String(failure.headers['grpc-status']);
    case 'broken':
      if (!stream.headersSent) {
        return end({ code: 'UNAVAILABLE', message: 'Replica closed connection before replying' });
      }
      // The trailers tell it; half a message cannot be mended.
      stream.end();
      return String(GRPC_STATUS.UNAVAILABLE);
    case 'timeout':
      return end({
        code: 'DEADLINE_EXCEEDED',
        message: 'The service did not answer within its scoring timeout.',
      });
    case 'abandoned':
      stream.close(constants.NGHTTP2_CANCEL);
      return String(GRPC_STATUS.CANCELLED);
  }

  function end(status: CallStatus): string {
    endWith(stream, ids, status);
    return String(GRPC_STATUS[status.code]);
  }
}

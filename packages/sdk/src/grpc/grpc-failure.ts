import { type ServiceError, status } from '@grpc/grpc-js';
import { type ErrorCode, NOT_RUN_HEADER, SlipwayError } from '@slipway/contract';
import type { Failure } from '../prediction/attempts.ts';
import type { Deadline } from '../prediction/deadline.ts';

/** What grpc-js says of a call for which it had no connection: nothing was sent. */
const NOT_CONNECTED = /^No connection established|^Name resolution failed/;

/** In UNAVAILABLE: the queue was full, or the wait in it too long. */
const OVERLOADED = /^Too many requests|Exceeds maximum queue size|Request timeout expired/;

/** Milliseconds that a service asks to wait, negative for never. https://grpc.io/docs/guides/retry/ */
const PUSHBACK = 'grpc-retry-pushback-ms';

/** The failure that a status other than OK is. A pause that is asked for does not say that nothing was run. */
export function failureOfStatus(error: ServiceError, address: string, deadline: Deadline): Failure {
  const ended = deadline.ended();
  if (ended !== undefined) return { error: ended, repeatable: false };
  const isUnavailable = error.code === status.UNAVAILABLE;
  if (isUnavailable && NOT_CONNECTED.test(error.details)) {
    return { error: unreachable(error, address), repeatable: true };
  }
  const pushback = numberOf(error, PUSHBACK);
  const retryAfter = numberOf(error, 'retry-after');
  return {
    error: refused(error),
    repeatable: isUnavailable && has(error, NOT_RUN_HEADER) && (pushback ?? 0) >= 0,
    afterMs: pushback ?? (retryAfter === undefined ? undefined : 1_000 * retryAfter),
  };
}

function refused(error: ServiceError): SlipwayError {
  const name = status[error.code] ?? String(error.code);
  return new SlipwayError(
    codeOf(error),
    `The service answered ${name}${error.details && `: ${error.details}`}`,
    {
      details: { grpcStatus: name, body: error.details },
      cause: error,
    },
  );
}

function unreachable(cause: ServiceError, address: string): SlipwayError {
  return new SlipwayError(
    'unavailable',
    `Cannot reach the service at ${address} (${cause.details}). Is its gateway running, and its certificate trusted?`,
    { details: { url: address }, cause },
  );
}

function codeOf({ code, details }: ServiceError): ErrorCode {
  switch (code) {
    case status.CANCELLED:
      return 'cancelled';
    case status.INVALID_ARGUMENT:
    case status.OUT_OF_RANGE:
      return 'invalid_argument';
    case status.DEADLINE_EXCEEDED:
      return 'deadline_exceeded';
    case status.NOT_FOUND:
      return 'not_found';
    case status.ALREADY_EXISTS:
      return 'already_exists';
    case status.PERMISSION_DENIED:
      return 'permission_denied';
    case status.RESOURCE_EXHAUSTED:
      return 'overloaded';
    case status.FAILED_PRECONDITION:
    case status.ABORTED:
      return 'conflict';
    case status.UNIMPLEMENTED:
      return 'unsupported';
    case status.UNAVAILABLE:
      return OVERLOADED.test(details) ? 'overloaded' : 'unavailable';
    case status.UNAUTHENTICATED:
      return 'unauthenticated';
    default:
      return 'internal';
  }
}

function numberOf({ metadata }: ServiceError, name: string): number | undefined {
  const value = Number(metadata.get(name)[0] ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

function has({ metadata }: ServiceError, name: string): boolean {
  return metadata.get(name).length > 0;
}

import { type ErrorCode, errorFromBody, SlipwayError } from '@slipway/contract';
import type { ErrorResponse } from '@slipway/contract/api';
import type { ApiRequest } from './http-client.ts';

/** Longest part of an answer that goes into a message. */
const MAX_EXCERPT_CHARACTERS = 200;

/** The error that an answer from 400 up stands for. */
export async function errorOfAnswer(response: Response): Promise<SlipwayError> {
  const text = await response.text();
  const body = parseErrorBody(text);
  if (body !== undefined) return errorFromBody(body.error);
  const code = codeOfStatus(response.status);
  const excerpt = text.slice(0, MAX_EXCERPT_CHARACTERS);
  return new SlipwayError(code, `${response.url} answered ${response.status}${excerpt && `: ${excerpt}`}`, {
    details: { status: response.status },
  });
}

function parseErrorBody(text: string): ErrorResponse | undefined {
  try {
    const body = JSON.parse(text) as ErrorResponse | null;
    return typeof body?.error?.code === 'string' ? body : undefined;
  } catch {
    return undefined;
  }
}

/** The code for an answer that carries none, from a HEAD or from something between client and server. */
export function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case 400:
      return 'invalid_argument';
    case 401:
      return 'unauthenticated';
    case 403:
      return 'permission_denied';
    case 404:
      return 'not_found';
    case 405:
      return 'method_not_allowed';
    case 409:
      return 'conflict';
    case 412:
      return 'precondition_failed';
    case 413:
      return 'payload_too_large';
    case 415:
      return 'unsupported_media_type';
    case 429:
      return 'overloaded';
    case 499:
      return 'cancelled';
    case 501:
      return 'unsupported';
    case 502:
    case 503:
      return 'unavailable';
    case 504:
      return 'deadline_exceeded';
    default:
      return 'internal';
  }
}

/** What was thrown while asking the control plane at `url`, as one clear sentence. */
export function errorOfFailure(
  thrown: unknown,
  url: string,
  request: Pick<ApiRequest, 'method' | 'path' | 'signal'>,
): SlipwayError {
  if (thrown instanceof SlipwayError) return thrown;
  const what = `${request.method ?? 'GET'} ${request.path}`;
  if (request.signal?.aborted) return cancelled(what, thrown);
  if (thrown instanceof DOMException && thrown.name === 'TimeoutError') {
    return new SlipwayError(
      'deadline_exceeded',
      `The control plane at ${url} did not answer ${what} in time.`,
      {
        cause: thrown,
      },
    );
  }
  if (thrown instanceof SyntaxError) {
    return new SlipwayError('internal', `The answer of ${url} to ${what} is not JSON.`, { cause: thrown });
  }
  return unreachable(thrown, url);
}

function cancelled(what: string, cause: unknown): SlipwayError {
  return new SlipwayError('cancelled', `${what} was cancelled by the caller.`, { cause });
}

function unreachable(thrown: unknown, url: string): SlipwayError {
  const reason = reasonOf(thrown);
  if (reason === 'unexpected redirect') return redirected(thrown, url);
  const advice = /CERT|SIGN|TLS|SSL/.test(reason)
    ? 'Its certificate is not trusted: name the file of its certificate authority in NODE_EXTRA_CA_CERTS'
    : 'Start it with "slipway up", or say where it is by SLIPWAY_URL';
  // A certificate does not get better by trying again; everything else may.
  const code = /CERT|SIGN/.test(reason) ? 'unauthenticated' : 'unavailable';
  return new SlipwayError(code, `Cannot reach the control plane at ${url} (${reason}). ${advice}.`, {
    details: { url, reason },
    cause: thrown,
  });
}

/** The token is never sent to where a redirect leads. */
function redirected(cause: unknown, url: string): SlipwayError {
  return new SlipwayError(
    'unsupported',
    `${url} answered with a redirect. Give the URL that it leads to instead.`,
    {
      details: { url },
      cause,
    },
  );
}

/** The system's code below `fetch failed`, which alone tells what happened. */
function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : String(cause);
}

import { type ErrorCode, NOT_RUN_HEADER, SlipwayError } from '@slipway/contract';
import { codeOfStatus } from '../http-errors.ts';
import type { Failure } from './attempts.ts';
import type { Deadline } from './deadline.ts';
import { AnswerTooLarge, type HttpAnswer } from './http-send.ts';

/** Longest part of an answer that goes into a message. */
const MAX_EXCERPT_CHARACTERS = 500;

/** What a connection says that was never made: nothing was sent. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** In 503 answers of any protocol: the queue was full, or the wait in it too long. */
const OVERLOADED = /^Too many requests|Exceeds maximum queue size|Request timeout expired/;

/** The failure that an answer other than 2xx is. `Retry-After` says when to come again, and not that nothing was run. */
export function failureOfAnswer(answer: HttpAnswer): Failure {
  const { status } = answer;
  if (status === 0 || (status >= 300 && status < 400))
    return { error: redirected(status), repeatable: false };
  const body = new TextDecoder().decode(answer.body);
  const reason = reasonIn(body);
  const code = status === 503 && OVERLOADED.test(reason) ? 'overloaded' : codeOfStatus(status);
  const excerpt = reason.slice(0, MAX_EXCERPT_CHARACTERS);
  const error = new SlipwayError(code, `The service answered ${status}${excerpt && `: ${excerpt}`}`, {
    details: { status, headers: answer.headers, body },
  });
  const wasNotRun = answer.headers[NOT_RUN_HEADER] !== undefined;
  const afterMs = milliseconds(answer.headers['retry-after']);
  return { error, repeatable: status === 503 && wasNotRun, afterMs };
}

/** The message in an error of any of the protocols, or all of its text. */
function reasonIn(body: string): string {
  try {
    const { message, error } = Object(JSON.parse(body)) as { message?: unknown; error?: unknown };
    const reason = message ?? error;
    return typeof reason === 'string' ? reason : body;
  } catch {
    return body;
  }
}

/** `Retry-After` in seconds; a date is left to our own pauses. */
function milliseconds(retryAfter: string | undefined): number | undefined {
  return retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? 1_000 * Number(retryAfter) : undefined;
}

/** Keys are never sent to where a redirect leads. */
function redirected(status: number): SlipwayError {
  return new SlipwayError(
    'unsupported',
    'The service answered with a redirect. Give the URL that it leads to instead.',
    {
      details: { status },
    },
  );
}

/** The failure that an exception of the transport is. */
export function failureOfException(thrown: unknown, url: string, deadline: Deadline): Failure {
  const ended = deadline.ended();
  if (ended !== undefined) return { error: ended, repeatable: false };
  if (thrown instanceof SlipwayError) return { error: thrown, repeatable: false };
  if (thrown instanceof AnswerTooLarge) return { error: tooLarge(), repeatable: false };
  const reason = systemReason(thrown);
  return { error: unreachable(thrown, url, reason), repeatable: NOT_CONNECTED.has(reason) };
}

function tooLarge(): SlipwayError {
  return new SlipwayError(
    'unsupported',
    'The answer is larger than this client reads. Ask for fewer outputs, or raise maxAnswerBytes.',
  );
}

function unreachable(cause: unknown, url: string, reason: string): SlipwayError {
  const isUntrusted = /CERT|SIGN|ALTNAME/.test(reason);
  const advice = isUntrusted
    ? 'Its certificate is not trusted: give the certificate of its authority as tls.ca.'
    : `Is its gateway running${mayPageCall(url)}?`;
  const code: ErrorCode = isUntrusted ? 'unauthenticated' : 'unavailable';
  return new SlipwayError(code, `Cannot reach the service at ${url} (${reason}). ${advice}`, {
    details: { url, reason },
    cause,
  });
}

/** A browser tells a page of another origin nothing of why it could not call. */
function mayPageCall(url: string): string {
  const { location } = globalThis as { readonly location?: { readonly origin: string } };
  if (location === undefined || location.origin === new URL(url).origin) return '';
  return `, and do corsOrigins of its deployment hold ${location.origin}`;
}

/** The system's code, which may stand in the cause of what was thrown, or in one of several attempts to connect. */
function systemReason(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  const { code, cause, message } = thrown as { code?: unknown; cause?: unknown; message?: unknown };
  if (typeof code === 'string') return code;
  return cause === undefined ? String(message) : systemReason(cause);
}

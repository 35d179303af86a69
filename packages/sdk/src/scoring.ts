import { type ErrorCode, SlipwayError } from '@slipway/contract';
import { codeOfStatus } from './http-errors.ts';
import { parseScoringJson } from './scoring-json.ts';

/** Longest part of an answer that goes into a message. */
const MAX_EXCERPT_CHARACTERS = 500;

/** One call of a service. */
export interface ScoreRequest {
  readonly scoringUri: string;
  /** Key or token; `undefined` for a service without authentication. */
  readonly credential: string | undefined;
  /** JSON text. */
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Sends one scoring request and reads its JSON answer. Throws with the answer's status, headers and body in `details`. */
export async function score(request: ScoreRequest): Promise<unknown> {
  const { scoringUri, credential, body, timeoutMs, signal } = request;
  try {
    const timeout = AbortSignal.timeout(timeoutMs);
    const response = await fetch(scoringUri, {
      method: 'POST',
      redirect: 'error',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
      },
      body,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const text = await response.text();
    if (!response.ok) throw badResponse(response, text);
    return parseScoringJson(text);
  } catch (thrown) {
    throw failure(thrown, request);
  }
}

function badResponse(response: Response, text: string): SlipwayError {
  const excerpt = messageOf(text).slice(0, MAX_EXCERPT_CHARACTERS);
  return new SlipwayError(
    codeOfScoring(response.status, text),
    `The service answered ${response.status}: ${excerpt} More information can be found by calling getLogs() on the service.`,
    { details: { status: response.status, headers: Object.fromEntries(response.headers), body: text } },
  );
}

function codeOfScoring(status: number, text: string): ErrorCode {
  return status === 503 && text.startsWith('Too many requests') ? 'overloaded' : codeOfStatus(status);
}

function messageOf(text: string): string {
  try {
    const body = JSON.parse(text) as { message?: unknown } | null;
    return typeof body?.message === 'string' ? body.message : text;
  } catch {
    return text;
  }
}

function failure(thrown: unknown, { scoringUri, timeoutMs, signal }: ScoreRequest): SlipwayError {
  if (thrown instanceof SlipwayError) return thrown;
  const options = { cause: thrown };
  if (signal?.aborted)
    return new SlipwayError('cancelled', 'The scoring request was cancelled by the caller.', options);
  if (thrown instanceof DOMException && thrown.name === 'TimeoutError') {
    return new SlipwayError(
      'deadline_exceeded',
      `${scoringUri} did not answer within ${timeoutMs} ms.`,
      options,
    );
  }
  if (thrown instanceof SyntaxError) {
    return new SlipwayError('internal', `The answer of ${scoringUri} is not JSON.`, options);
  }
  return new SlipwayError(
    'unavailable',
    `Cannot reach the service at ${scoringUri}. Is its gateway running?`,
    options,
  );
}

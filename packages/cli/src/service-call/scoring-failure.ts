import { SlipwayError } from '@slipway/contract';

/** The SDK's error about a refused request, as whoever typed the command can use it; any other error as it is. */
export function scoringFailure(thrown: unknown, service: string): unknown {
  if (!(thrown instanceof SlipwayError) || thrown.details === undefined) return thrown;
  const { status, body } = thrown.details;
  if (typeof status !== 'number' || typeof body !== 'string') return thrown;
  const hint = status >= 500 ? ` See "slipway service logs ${service}".` : '';
  return new SlipwayError(thrown.code, `The service answered ${status}: ${reasonIn(body)}${hint}`, {
    details: thrown.details,
    cause: thrown,
  });
}

/** The message of an answer in JSON, or its text. */
function reasonIn(body: string): string {
  try {
    const { message } = Object(JSON.parse(body));
    return typeof message === 'string' ? message : body;
  } catch {
    return body;
  }
}

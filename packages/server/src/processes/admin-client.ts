import { SlipwayError, toSlipwayError } from '@slipway/contract';

/** Where the admin listener of one of our processes is, and its token. */
export interface AdminAddress {
  /** What is asked, in words, for errors: `replica digits-1-x7k2p`. */
  readonly what: string;
  readonly port: number;
  readonly token: string;
}

/** `GET /status` or `POST /reload` at an admin listener. Throws `unavailable` if it gives no good answer in time. */
export async function askAdmin<T>(
  { what, port, token }: AdminAddress,
  request: 'status' | 'reload',
  timeoutMs: number,
): Promise<T> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/${request}`, {
      method: request === 'status' ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (answer.ok) return (await answer.json()) as T;
    throw new Error(`it answered with status ${answer.status}`);
  } catch (cause) {
    const { message } = toSlipwayError(cause);
    throw new SlipwayError(
      'unavailable',
      `The admin listener of ${what} did not answer /${request} within ${timeoutMs} ms: ${message}.`,
      { cause },
    );
  }
}

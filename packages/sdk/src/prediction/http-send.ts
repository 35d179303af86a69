/** A request over HTTP. */
export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | string | undefined;
}

/** Its answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What holds the connections. */
export interface HttpTransport {
  /** Sends and reads the answer; redirects are not followed. Throws what the platform throws, or `AnswerTooLarge`. */
  readonly send: (call: HttpCall, signal: AbortSignal, maxAnswerBytes: number) => Promise<HttpAnswer>;
  readonly close: () => void;
}

/** An answer went over the limit and was not read to its end. */
export class AnswerTooLarge extends Error {}

/** Sends with the platform's `fetch`, which keeps connections by itself. */
export function createFetchTransport(): HttpTransport {
  return { send: sendWithFetch, close: () => {} };
}

async function sendWithFetch(
  call: HttpCall,
  signal: AbortSignal,
  maxAnswerBytes: number,
): Promise<HttpAnswer> {
  const { method, url, headers, body } = call;
  const response = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    signal,
    ...(body !== undefined && { body }),
  });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await readAtMost(response, maxAnswerBytes),
  };
}

async function readAtMost(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
    size += part.value.length;
    if (size > maxBytes) {
      await reader?.cancel();
      throw new AnswerTooLarge();
    }
    chunks.push(part.value);
  }
  return joined(chunks, size);
}

/** Pieces as one. */
export function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

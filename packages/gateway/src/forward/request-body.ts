import { declaredLength, type HttpRequest } from '@slipway/transport';

/** A body up to this size is kept until the response has begun, so that it can be sent again. */
const MAX_REPLAYED_BYTES = 1_000_000;

/** The body of a request, whole in memory or still flowing. */
export type RequestBody = WholeBody | FlowingBody;

interface WholeBody {
  readonly kind: 'whole';
  readonly bytes: Buffer;
}

/** A body that can be read once. */
export interface FlowingBody {
  readonly kind: 'flowing';
  /** Its Content-Length, if it had one. */
  readonly length: number | undefined;
  /** True once part of it has been read. */
  opened(): boolean;
  /** The bytes; throws `BodyTooLarge` beyond the limit, and if the caller leaves. */
  open(): AsyncIterable<Buffer>;
}

/** The body went on beyond its limit. */
export class BodyTooLarge extends Error {}

/**
 * Takes the body of a request: small ones whole, larger ones as a flow with backpressure. The caller has checked a
 * declared length against `maxBytes`; a body without one is held to it here. `'abandoned'` if the caller leaves.
 */
export async function takeBody(
  request: HttpRequest,
  maxBytes: number,
): Promise<RequestBody | 'abandoned' | 'too_large'> {
  const declared = declaredLength(request);
  if (declared !== undefined && declared > MAX_REPLAYED_BYTES)
    return flowing(request, [], declared, maxBytes);
  const chunks: Buffer[] = [];
  const end = await collect(request, chunks);
  if (end === 'abandoned') return 'abandoned';
  if (end === 'long') return flowing(request, chunks, undefined, maxBytes);
  const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  return bytes.length > maxBytes ? 'too_large' : { kind: 'whole', bytes };
}

/** Reads until the end, or until there is more than may be kept; the request is then paused. */
function collect(request: HttpRequest, chunks: Buffer[]): Promise<'whole' | 'long' | 'abandoned'> {
  return new Promise((resolve) => {
    let length = 0;
    request.on('data', take);
    request.on('end', whole);
    request.on('error', abandoned);
    request.on('close', abandoned);

    function take(chunk: Buffer): void {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_REPLAYED_BYTES) finish('long');
    }
    function whole(): void {
      finish(request.stream?.rstCode ? 'abandoned' : 'whole');
    }
    function abandoned(): void {
      finish('abandoned');
    }
    function finish(end: 'whole' | 'long' | 'abandoned'): void {
      request.off('data', take);
      request.off('end', whole);
      request.off('close', abandoned);
      if (end === 'long') request.pause();
      resolve(end);
    }
  });
}

function flowing(
  request: HttpRequest,
  read: readonly Buffer[],
  length: number | undefined,
  maxBytes: number,
): FlowingBody {
  let opened = false;
  return {
    kind: 'flowing',
    length,
    opened: () => opened,
    open: async function* () {
      opened = true;
      let left = maxBytes;
      for (const chunk of read) {
        left -= chunk.length;
        yield chunk;
      }
      // The request must outlive its body, because the answer goes the same way.
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        left -= chunk.length;
        if (left < 0) throw new BodyTooLarge();
        yield chunk;
      }
    },
  };
}

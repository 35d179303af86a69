import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { HttpResponse } from '@slipway/transport';
import type { Exchange } from './answers.ts';
import { headersForCaller } from './headers.ts';

/** A response up to this size is held until it is whole: headers and body in one write take half the time of two. */
const MAX_HELD_BYTES = 16_384;

interface HeldResponse {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly chunks: Buffer[];
}

/** What can be told to wait. */
interface Source {
  pause(): void;
  resume(): void;
}

/** Passes a replica's response on to the caller while it comes. */
export interface ResponseRelay {
  start(status: number, headers: IncomingHttpHeaders): void;
  data(chunk: Buffer, source: Source | undefined): void;
  end(): void;
}

export function createResponseRelay({ response, ids, protocol }: Exchange): ResponseRelay {
  let held: HeldResponse | undefined;

  return {
    start: (code, replicaHeaders) => {
      // With Azure a replica's own failure is that of somebody behind this door; the others' clients know no door.
      const status = code === 500 && protocol === 'azure' ? 502 : code;
      const headers = headersForCaller(replicaHeaders, ids);
      const length = Number(replicaHeaders['content-length'] ?? Number.POSITIVE_INFINITY);
      if (length <= MAX_HELD_BYTES) held = { status, headers, chunks: [] };
      else response.start(status, headers);
    },
    data: (chunk, source) => {
      if (held !== undefined) held.chunks.push(chunk);
      else if (!response.write(chunk) && source !== undefined) waitForCaller(response, source);
    },
    end: () => {
      if (held === undefined) response.end();
      else sendHeld(response, held);
    },
  };
}

function sendHeld(response: HttpResponse, { status, headers, chunks }: HeldResponse): void {
  const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  response.send(status, headers, body);
}

/** Holds the replica back until the caller has read what there is. */
function waitForCaller(response: HttpResponse, source: Source): void {
  source.pause();
  response.onDrain(() => source.resume());
}

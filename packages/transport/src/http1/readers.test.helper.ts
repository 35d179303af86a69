import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';
import { DEFAULT_TRANSPORT_LIMITS } from '../limits.ts';
import { createHttp1Connections } from './server.ts';

/** A whole request, as one of the two read it. */
export interface ReadRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** In one character a byte. */
  readonly body: string;
}

/** Serves a connection and adds what it reads to a list. */
export type Reader = (socket: Duplex, requests: ReadRequest[]) => void;

const NOTHING = Buffer.alloc(0);

/** Reads with the code of this package. */
export const readOurs: Reader = (socket, requests) => {
  const connections = createHttp1Connections(
    DEFAULT_TRANSPORT_LIMITS,
    ({ method, url, headers, body }, response) => {
      const chunks: Buffer[] = [];
      body.read({
        data: (chunk) => void chunks.push(chunk),
        end: () => {
          requests.push({ method, url, headers, body: Buffer.concat(chunks).toString('latin1') });
          response.send(200, {}, 'ok');
        },
        broken: () => undefined,
      });
    },
  );
  connections.serve(socket, NOTHING);
};

/** Reads with `node:http`. */
export function nodeReader(): Reader {
  const listOf = new WeakMap<Duplex, ReadRequest[]>();
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const { method, url, headers } = request;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      listOf
        .get(request.socket)
        ?.push({ method, url, headers, body: Buffer.concat(chunks).toString('latin1') });
      response.end('ok');
    });
  };
  const server = createServer(serve);
  // What it would answer by itself is for the handler here.
  server.on('checkExpectation', serve);
  // Closing at once would take the requests along that came before the bad one.
  server.on('clientError', () => undefined);
  return (socket, requests) => {
    listOf.set(socket, requests);
    server.emit('connection', socket);
  };
}

/** The requests that a reader finds in the pieces, each handed over by itself. */
export async function requestsIn(pieces: readonly Buffer[], reader: Reader): Promise<readonly ReadRequest[]> {
  const requests: ReadRequest[] = [];
  const [caller, socket] = duplexPair();
  caller.on('error', () => undefined).resume();
  socket.on('error', () => undefined);
  reader(socket, requests);
  for (const piece of pieces) caller.write(piece);
  await settled();
  caller.destroy();
  socket.destroy();
  return requests;
}

/** Nothing here waits for a clock or the network: when the loop comes round, all that can happen has. */
async function settled(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

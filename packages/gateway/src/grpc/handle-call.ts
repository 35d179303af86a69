import { randomUUID } from 'node:crypto';
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { SlipwayError } from '@slipway/contract';
import { type CallHandler, isUnread, resolveRequestIds } from '@slipway/transport';
import type { ForwardDeps } from '../forward/try-replicas.ts';
import type { Metrics } from '../metrics.ts';
import type { RouteTable } from '../routes/route-table.ts';
import { CallBody } from './call-body.ts';
import { type CallDestination, findCallDestination, findNamed } from './call-destination.ts';
import { callHeaders } from './call-headers.ts';
import { forwardCall } from './forward-call.ts';
import { nameInMessage, versionInMessage } from './model-in-message.ts';
import { answerOwnMethod } from './own-methods.ts';
import { type CallStatus, endWith, GRPC_STATUS } from './status.ts';

/** A name stands at the beginning of a message; what has none in this much is a call without one. */
const MAX_PEEKED_BYTES = 65_536;

/** How long the first message of a call may take to come where it is needed to find the service. */
const FIRST_MESSAGE_TIMEOUT_MS = 60_000;

/** What the handler needs of the rest of the gateway. */
export interface CallHandlerDeps {
  readonly table: Pick<RouteTable, 'find' | 'named' | 'services'>;
  readonly forward: ForwardDeps;
  readonly metrics: Pick<Metrics, 'callEnded'>;
  readonly proto: 'http' | 'https';
  /** Told of a defect. */
  readonly onError: (error: SlipwayError) => void;
}

/** Sends every call of gRPC to a replica of the service that it is for. */
export function createCallHandler(deps: CallHandlerDeps): {
  readonly handle: CallHandler;
  inFlight(): number;
} {
  let inFlight = 0;

  const handle: CallHandler = (stream, headers) => {
    const began = performance.now();
    let ended: Ended | undefined;
    let isClosed = false;
    inFlight += 1;
    stream.on('close', () => {
      inFlight -= 1;
      isClosed = true;
      count();
    });
    serveCall(deps, stream, headers).then(
      (result) => {
        ended = result;
        count();
      },
      (cause: unknown) => {
        deps.onError(
          new SlipwayError('internal', 'A call could not be answered because of a defect.', { cause }),
        );
        stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      },
    );

    /** Once the status is known and all of the answer was sent, or cannot be. */
    function count(): void {
      if (ended === undefined || !isClosed) return;
      const code = isUnread(stream) ? String(GRPC_STATUS.CANCELLED) : ended.code;
      deps.metrics.callEnded(ended.service, code, (performance.now() - began) / 1_000);
    }
  };

  return { handle, inFlight: () => inFlight };
}

/** How a call ended, for the metrics; `service` is undefined where none was found. */
interface Ended {
  readonly service: string | undefined;
  readonly code: string;
}

async function serveCall(
  deps: CallHandlerDeps,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Promise<Ended> {
  const ids = resolveRequestIds(headers, randomUUID);
  if (ids.refusal !== undefined) {
    return endHere(stream, ids.headers, { code: 'INVALID_ARGUMENT', message: ids.refusal });
  }
  const body = new CallBody(stream);
  const destination = await destinationOf(deps.table, stream, headers, body);
  switch (destination.kind) {
    case 'nowhere':
      return endHere(stream, ids.headers, destination.status);
    case 'own':
      answerOwnMethod(stream, ids.headers, deps.table, destination.method);
      return { service: undefined, code: '0' };
    case 'service': {
      const { service } = destination;
      const address = stream.session?.socket.remoteAddress;
      const origin = { address, proto: deps.proto, requestId: ids.requestId };
      const call = { stream, body, headers: callHeaders(headers, origin), ids: ids.headers };
      return { service: service.name, code: await forwardCall(deps.forward, service, call) };
    }
  }
}

function endHere(
  stream: ServerHttp2Stream,
  ids: Readonly<Record<string, string>>,
  status: CallStatus,
): Ended {
  endWith(stream, ids, status);
  return { service: undefined, code: String(GRPC_STATUS[status.code]) };
}

async function destinationOf(
  table: CallHandlerDeps['table'],
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  body: CallBody,
): Promise<CallDestination> {
  const method = headers[':path'] ?? '';
  const found = findCallDestination(table, method, headers);
  if (found.kind !== 'named within') return found;
  const name = await firstName(stream, body, found.fields);
  return findNamed(table, method, name, () => versionInMessage(body.bytes(), found.fields));
}

/** The name in the first message; empty if there is none, or none comes. */
function firstName(stream: ServerHttp2Stream, body: CallBody, fields: readonly number[]): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle(''), FIRST_MESSAGE_TIMEOUT_MS);
    const leave = () => settle('');
    stream.once('close', leave);
    body.onMore(look);
    look();

    function look(): void {
      const bytes = body.bytes();
      const isAll = body.isOver || bytes.length >= MAX_PEEKED_BYTES;
      const name = nameInMessage(bytes, fields) ?? (isAll ? '' : undefined);
      if (name !== undefined) settle(name);
    }

    function settle(name: string): void {
      clearTimeout(timer);
      stream.off('close', leave);
      body.onMore(undefined);
      resolve(name);
    }
  });
}

import {
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { NOT_RUN_HEADER } from '@slipway/contract';
import type { Cancellation, CancelReason } from '../forward/cancellation.ts';
import type { Replica } from '../routes/replica.ts';
import type { CallBody } from './call-body.ts';
import { answerHeaders, answerTrailers } from './call-headers.ts';
import { leave, statusFields } from './status.ts';

/** A call and where its answer goes. */
export interface Call {
  readonly stream: ServerHttp2Stream;
  readonly body: CallBody;
  /** As every replica gets them. */
  readonly headers: OutgoingHttpHeaders;
  readonly ids: Readonly<Record<string, string>>;
}

export type CallFailure =
  /** No connection could be made, all are full, or the replica let the call drop before it looked at it. */
  | { readonly kind: 'unreachable'; readonly error: Error }
  /** The replica said no before it ran the call. */
  | { readonly kind: 'refused'; readonly headers: IncomingHttpHeaders }
  /** The call ended without a status, and may have run. */
  | { readonly kind: 'broken'; readonly error: Error }
  | { readonly kind: CancelReason };

/** How sending a call to one replica ended; answered is what has the replica's status, whatever that says. */
export type CallOutcome = { readonly kind: 'answered'; readonly code: string } | CallFailure;

/**
 * Sends the call to one replica and passes messages on in both directions while they come, each side held back when
 * the other is slow. A refusal is not passed on, but returned. Never rejects.
 */
export function attemptCall(replica: Replica, call: Call, cancellation: Cancellation): Promise<CallOutcome> {
  return new Promise((resolve) => {
    const opened = replica.calls.open(call.headers);
    if (opened === undefined) {
      return resolve({ kind: 'unreachable', error: new Error('All connections to the replica are full.') });
    }
    const { stream } = opened;
    let trailers: IncomingHttpHeaders | undefined;
    let error = new Error('The connection is closed.');

    cancellation.onCancel((reason) => {
      stream.close(constants.NGHTTP2_CANCEL);
      settle({ kind: reason });
    });
    stream.on('response', (headers, flags) => {
      const isAll = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      if (!isAll) return beginAnswer(call, headers, () => trailers);
      if (headers[NOT_RUN_HEADER] !== undefined) settle({ kind: 'refused', headers });
      else {
        settle({ kind: 'answered', code: codeOf(headers) });
        answerAtOnce(call, headers);
      }
      leaveReplica(stream);
    });
    stream.on('trailers', (fields) => {
      trailers = fields;
    });
    stream.on('data', (chunk: Buffer) => {
      if (!call.stream.write(chunk)) waitForCaller(call.stream, stream);
    });
    stream.on('end', () => {
      if (trailers === undefined || stream.rstCode !== 0) return;
      settle({ kind: 'answered', code: codeOf(trailers) });
      call.stream.end();
      leaveReplica(stream);
    });
    stream.on('error', (thrown) => {
      error = thrown;
    });
    stream.on('close', () => {
      const isUnseen = !opened.isConnected() || stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
      settle({ kind: isUnseen && !call.stream.headersSent ? 'unreachable' : 'broken', error });
    });
    call.body.sendTo(stream);

    function settle(outcome: CallOutcome): void {
      cancellation.onCancel(undefined);
      call.body.detach();
      resolve(outcome);
    }
  });
}

/** Passes on an answer that is a status alone, and a refusal with the gateway's own mark. */
export function answerAtOnce(
  { stream, ids }: Call,
  headers: IncomingHttpHeaders,
  mark?: Readonly<Record<string, string>>,
): void {
  if (stream.destroyed) return;
  stream.respond({ ...answerHeaders(headers, ids), ...mark }, { endStream: true });
  leave(stream);
}

/** From here on the call is this replica's. */
function beginAnswer(
  { stream, body, ids }: Call,
  headers: IncomingHttpHeaders,
  trailers: () => IncomingHttpHeaders | undefined,
): void {
  body.forget();
  if (stream.destroyed) return;
  stream.respond(answerHeaders(headers, ids), { waitForTrailers: true });
  stream.once('wantTrailers', () => {
    const fields = trailers();
    stream.sendTrailers(fields === undefined ? BROKEN : answerTrailers(fields));
    // Not before, or the caller would see its call reset and not how it ended.
    leave(stream);
  });
}

const BROKEN = statusFields({ code: 'UNAVAILABLE', message: 'Replica closed connection before replying' });

function codeOf(fields: IncomingHttpHeaders): string {
  return String(fields['grpc-status'] ?? 'none');
}

/** The replica has said its last word; what the caller may still send is not for it. */
function leaveReplica(stream: ClientHttp2Stream): void {
  stream.resume();
  if (!stream.writableEnded) stream.close(constants.NGHTTP2_CANCEL);
}

/** Holds the replica back until the caller has read what there is. */
function waitForCaller(caller: ServerHttp2Stream, replica: ClientHttp2Stream): void {
  if (replica.isPaused()) return;
  replica.pause();
  caller.once('drain', () => replica.resume());
}

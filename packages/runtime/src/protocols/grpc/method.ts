import type { SlipwayError } from '@slipway/contract';
import type { EncodedMessage } from '../../protobuf/writer.ts';
import type { GrpcCall } from './call.ts';
import type { GrpcStatus } from './status.ts';

/** What a call is answered with. */
export type Reply = EncodedMessage | SlipwayError;

/** Answers one message with one. What it throws is told as what it returns. */
export interface UnaryMethod {
  readonly kind: 'unary';
  serve(message: Uint8Array, call: GrpcCall): Reply | Promise<Reply>;
}

/** Answers any number of messages with any number. A `SlipwayError` that it throws ends the call with that. */
export interface StreamMethod {
  readonly kind: 'stream';
  serve(messages: AsyncIterable<Uint8Array>, call: GrpcCall): AsyncIterable<EncodedMessage>;
}

export type Method = UnaryMethod | StreamMethod;

/** How an error ends a call. */
export interface StatusAnswer {
  readonly status: GrpcStatus;
  readonly message: string;
  /** True if the call certainly did not begin to run, so that another replica may be asked. */
  readonly notRun?: boolean | undefined;
}

/** A service as it is served. */
export interface GrpcService {
  /** Its full name. Its methods are called at `/<name>/<method>`. */
  readonly name: string;
  readonly needsAuthorization: boolean;
  /** Methods that need none all the same. */
  readonly openMethods?: readonly string[] | undefined;
  readonly methods: Readonly<Record<string, Method>>;
  /** The only place of a protocol where a code becomes a status. */
  statusOf(error: SlipwayError): StatusAnswer;
}

/** A method that answers one message with one. */
export function unary(serve: UnaryMethod['serve']): UnaryMethod {
  return { kind: 'unary', serve };
}

/** A method that answers messages while they come. */
export function streaming(serve: StreamMethod['serve']): StreamMethod {
  return { kind: 'stream', serve };
}

import type { SlipwayError } from '@slipway/contract';
import type { Exchange } from './exchange.ts';
import type { GrpcService } from './grpc/method.ts';
import type { FileSchema } from './grpc/service.ts';
import type { ResponseHeaders } from './headers.ts';
import type { ServiceContext } from './service-context.ts';

/** What a protocol is called in logs, be it by REST or by gRPC. */
export type ProtocolName = string;

/** One of the protocols that a replica's port speaks over HTTP. */
export interface Protocol {
  readonly name: ProtocolName;
  /** True for the paths that are this protocol's to answer, be it with an error. */
  owns(path: string): boolean;
  /** True for the paths that tell how the server is and nothing of a model: they are answered where a script stands before the models, too. */
  tellsOfServer?(path: string): boolean;
  handle(exchange: Exchange): void | Promise<void>;
  /** Tells an error in the protocol's own shape; the only place of a protocol where a code becomes a status. */
  errorAnswer(error: SlipwayError, context: ServiceContext): ErrorAnswer;
}

/** A protocol that is spoken by REST and by gRPC. */
export interface ProtocolFamily {
  readonly rest: Protocol;
  readonly grpc: {
    readonly services: readonly GrpcService[];
    /** What reflection tells of them. */
    readonly file: FileSchema;
  };
}

/** How an error is told to a caller. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: string | Buffer;
  /** Absent: JSON. */
  readonly contentType?: string | undefined;
  /** Headers beside those that every answer has. */
  readonly headers?: Readonly<ResponseHeaders> | undefined;
  /** True if the request certainly did not begin to run, so that another replica may be asked. */
  readonly notRun: boolean;
}

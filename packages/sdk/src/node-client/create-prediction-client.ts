import { createClientOver, type RestClientOptions } from '../prediction/prediction-client.ts';
import { createNodeTransport, type TlsOptions } from './node-http.ts';
import { type NodePredictionClient, withFiles } from './score-file.ts';

/** Options of a client over HTTP in Node. */
export interface PredictionClientOptions extends RestClientOptions {
  readonly tls?: TlsOptions | undefined;
}

/**
 * A client of one service over HTTP, with connections that are kept until `close()`. Throws `invalid_argument` for a wrong URL.
 * `@slipway/sdk/client` has the same for browsers, `@slipway/sdk/grpc` over gRPC.
 */
export function createPredictionClient(options: PredictionClientOptions): NodePredictionClient {
  return withFiles(createClientOver(options, createNodeTransport(options.tls)));
}

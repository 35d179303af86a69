import { createFetchTransport, type HttpTransport } from './http-send.ts';
import { AZURE } from './protocols/azure.ts';
import { openInference } from './protocols/open-inference.ts';
import { TENSORFLOW_SERVING } from './protocols/tfserving.ts';
import { createRestClient } from './rest-client.ts';
import type { RestProtocol } from './rest-protocol.ts';
import type { ClientOptions, PredictionClient, Protocol } from './types.ts';

/** Options of a client over HTTP. */
export interface RestClientOptions extends ClientOptions {
  /** Default `azure`. */
  readonly protocol?: Protocol | undefined;
  /** `oip` alone: tensors are sent and asked for raw, behind the JSON. Default true. */
  readonly binary?: boolean | undefined;
}

/** A client of one service over HTTP, in a browser or anywhere else that has `fetch`. Throws `invalid_argument` for a wrong URL. */
export function createPredictionClient(options: RestClientOptions): PredictionClient {
  return createClientOver(options, createFetchTransport());
}

/** The same over other connections. */
export function createClientOver(options: RestClientOptions, transport: HttpTransport): PredictionClient {
  return createRestClient(options, protocolOf(options), transport);
}

function protocolOf({ protocol = 'azure', binary = true }: RestClientOptions): RestProtocol {
  switch (protocol) {
    case 'azure':
      return AZURE;
    case 'tfserving':
      return TENSORFLOW_SERVING;
    case 'oip':
      return openInference({ binary });
  }
}

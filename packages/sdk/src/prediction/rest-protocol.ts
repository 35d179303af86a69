import { SlipwayError, type Tensor } from '@slipway/contract';
import type { HttpAnswer } from './http-send.ts';
import type { ModelCall } from './model-call.ts';
import type { ModelDescription, Prediction, Protocol } from './types.ts';

/** What is sent, below the service's address. */
export interface RestRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | string;
}

/** One protocol over HTTP: pure, no request is sent here. */
export interface RestProtocol {
  readonly name: Protocol;
  /** Throws `invalid_argument` if the protocol cannot say what a call is about; absent: it can. */
  readonly check?: (call: ModelCall) => void;
  /** Where JSON of the protocol's own is sent. */
  readonly scorePath: (call: ModelCall) => string;
  readonly encode: (inputs: readonly Tensor[], call: ModelCall) => RestRequest;
  /** A body that is one image and nothing else, where the protocol has that and the call needs no more. */
  readonly encodeImage?: (image: Uint8Array<ArrayBuffer>, call: ModelCall) => RestRequest | undefined;
  /** Reads an answer; `describe` asks the service, where its answers do not say what their numbers are. */
  readonly decode: (
    answer: HttpAnswer,
    call: ModelCall,
    describe: () => Promise<ModelDescription>,
  ) => Promise<Prediction>;
  readonly describePath: (call: ModelCall) => string;
  readonly readDescription: (body: unknown, call: ModelCall) => ModelDescription;
}

export const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' } as const;

/** The model's name for a path. Throws `invalid_argument` if there is none. */
export function modelSegment({ model }: ModelCall): string {
  if (model !== '') return encodeURIComponent(model);
  throw new SlipwayError(
    'invalid_argument',
    'Say which model is meant, by "model" of the client or of the call: this protocol has its name in the address.',
    { details: { field: 'model' } },
  );
}

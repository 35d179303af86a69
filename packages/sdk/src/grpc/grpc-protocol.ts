import type { Tensor } from '@slipway/contract';
import type { ModelCall } from '../prediction/model-call.ts';
import type { ModelDescription, Prediction, Protocol } from '../prediction/types.ts';

/** One protocol over gRPC: pure, no call is made here. */
export interface GrpcProtocol {
  readonly name: Protocol;
  readonly scoreMethod: string;
  readonly encode: (inputs: readonly Tensor[], call: ModelCall) => Uint8Array<ArrayBuffer>;
  readonly decode: (answer: Uint8Array, call: ModelCall) => Prediction;
  readonly describeMethod: string;
  readonly encodeDescribe: (call: ModelCall) => Uint8Array<ArrayBuffer>;
  readonly readDescription: (answer: Uint8Array, call: ModelCall) => ModelDescription;
}

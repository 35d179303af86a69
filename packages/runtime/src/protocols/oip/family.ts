import type { ProtocolFamily } from '../protocol.ts';
import { INFERENCE_FILE } from './grpc/codec/service.ts';
import { OIP_SERVICE } from './grpc/routes.ts';
import { oip } from './rest/routes.ts';

/** The Open Inference Protocol, as it is served. */
export const OIP: ProtocolFamily = {
  rest: oip,
  grpc: { services: [OIP_SERVICE], file: INFERENCE_FILE },
};

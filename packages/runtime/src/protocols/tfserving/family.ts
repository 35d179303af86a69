import type { ProtocolFamily } from '../protocol.ts';
import { SERVING_FILE } from './grpc/codec/service.ts';
import { TFSERVING_SERVICES } from './grpc/routes.ts';
import { tfserving } from './rest/routes.ts';

/** TensorFlow Serving, as it is served. */
export const TFSERVING: ProtocolFamily = {
  rest: tfserving,
  grpc: { services: TFSERVING_SERVICES, file: SERVING_FILE },
};

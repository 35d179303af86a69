import { HEALTH_FILE } from './grpc/health.ts';
import { createHealthService } from './grpc/health-service.ts';
import { createReflectionServices } from './grpc/reflection/service.ts';
import { createGrpcServer, type GrpcServer } from './grpc/server.ts';
import { INFERENCE_FILE } from './oip/grpc/codec/service.ts';
import { OIP_SERVICE } from './oip/grpc/routes.ts';
import type { ServiceContext } from './service-context.ts';
import { SERVING_FILE } from './tfserving/grpc/codec/service.ts';
import { TFSERVING_SERVICES } from './tfserving/grpc/routes.ts';

/** The protocols of inference that are spoken by gRPC. */
const INFERENCE = [...TFSERVING_SERVICES, OIP_SERVICE];

/** Answers the gRPC calls of one service, and tells everybody whether it is well and what it understands. */
export function createServiceCalls(context: ServiceContext): GrpcServer {
  const health = createHealthService(INFERENCE.map(({ name }) => name));
  const reflection = createReflectionServices([SERVING_FILE, INFERENCE_FILE, HEALTH_FILE]);
  return createGrpcServer([...INFERENCE, health, ...reflection], context);
}

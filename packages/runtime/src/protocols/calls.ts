import { FAMILIES } from './families.ts';
import { HEALTH_FILE } from './grpc/health.ts';
import { createHealthService } from './grpc/health-service.ts';
import { createReflectionServices } from './grpc/reflection/service.ts';
import { createGrpcServer, type GrpcServer } from './grpc/server.ts';
import type { ServiceContext } from './service-context.ts';

const INFERENCE = FAMILIES.flatMap(({ grpc }) => grpc.services);
const FILES = [...FAMILIES.map(({ grpc }) => grpc.file), HEALTH_FILE];

/** Answers the gRPC calls of one service, and tells everybody whether it is well and what it understands. */
export function createServiceCalls(context: ServiceContext): GrpcServer {
  const health = createHealthService(INFERENCE.map(({ name }) => name));
  return createGrpcServer([...INFERENCE, health, ...createReflectionServices(FILES)], context);
}

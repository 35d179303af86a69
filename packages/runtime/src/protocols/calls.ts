import { SlipwayError } from '@slipway/contract';
import { runsScript } from './entry-refusal.ts';
import { FAMILIES } from './families.ts';
import { statusOf } from './grpc/errors.ts';
import { HEALTH_FILE } from './grpc/health.ts';
import { createHealthService } from './grpc/health-service.ts';
import { type GrpcService, unary } from './grpc/method.ts';
import { createReflectionServices } from './grpc/reflection/service.ts';
import { createGrpcServer, type GrpcServer } from './grpc/server.ts';
import type { ServiceContext } from './service-context.ts';

const INFERENCE = FAMILIES.flatMap(({ grpc }) => grpc.services);
const FILES = [...FAMILIES.map(({ grpc }) => grpc.file), HEALTH_FILE];

/** Answers the gRPC calls of one service, and tells everybody whether it is well and what it understands. */
export function createServiceCalls(context: ServiceContext): GrpcServer {
  if (context.entry !== undefined) return createScriptCalls(context);
  const health = createHealthService(INFERENCE.map(({ name }) => name));
  return createGrpcServer([...INFERENCE, health, ...createReflectionServices(FILES)], context);
}

/** Of a service that runs a script: only its health, and why nothing else is served. */
function createScriptCalls(context: ServiceContext): GrpcServer {
  const reason = new SlipwayError('unsupported', runsScript(context).message);
  const refused = INFERENCE.map(
    ({ name, methods }): GrpcService => ({
      name,
      needsAuthorization: false,
      methods: Object.fromEntries(Object.keys(methods).map((method) => [method, unary(() => reason)])),
      statusOf,
    }),
  );
  const health = createHealthService([]);
  return createGrpcServer([...refused, health, ...createReflectionServices([HEALTH_FILE])], context);
}

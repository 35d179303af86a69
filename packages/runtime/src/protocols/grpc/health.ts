import { enumeration, message, oneOf, string } from '../../protobuf/schema.ts';
import type { FileSchema } from './service.ts';

/** The messages of `grpc.health.v1`. https://grpc.io/docs/guides/health-checking/ */
export const SERVING_STATUS = enumeration('grpc.health.v1.HealthCheckResponse.ServingStatus', {
  UNKNOWN: 0,
  SERVING: 1,
  NOT_SERVING: 2,
  SERVICE_UNKNOWN: 3,
});

export const HEALTH_CHECK_REQUEST = message('grpc.health.v1.HealthCheckRequest', { service: string(1) });

export const HEALTH_CHECK_RESPONSE = message('grpc.health.v1.HealthCheckResponse', {
  status: oneOf(1, SERVING_STATUS),
});

export const HEALTH_FILE: FileSchema = {
  name: 'grpc/health/v1/health.proto',
  package: 'grpc.health.v1',
  dependencies: [],
  messages: [HEALTH_CHECK_REQUEST, HEALTH_CHECK_RESPONSE],
  enums: [SERVING_STATUS],
  services: [
    {
      name: 'grpc.health.v1.Health',
      methods: [
        { name: 'Check', request: HEALTH_CHECK_REQUEST, response: HEALTH_CHECK_RESPONSE },
        {
          name: 'Watch',
          request: HEALTH_CHECK_REQUEST,
          response: HEALTH_CHECK_RESPONSE,
          serverStreaming: true,
        },
      ],
    },
  ],
};

import type { ServedModels } from '../../harness/served-models.ts';
import type { Door } from '../protocols/protocol.ts';

/** The replica itself, and the gateway before it, where the name of the service or of the model leads to it. */
export function doorsOf({ service, replica, gateway }: ServedModels): readonly Door[] {
  const prefix = `/api/v1/service/${service}`;
  const gatewayOrigin = `http://127.0.0.1:${gateway.port}`;
  return [
    {
      name: 'replica',
      origin: `http://127.0.0.1:${replica.port}`,
      prefix: '',
      isService: true,
      metadata: {},
    },
    {
      name: 'gateway',
      origin: gatewayOrigin,
      prefix,
      isService: true,
      metadata: { 'x-ms-aml-grpc-service-route': prefix },
    },
    { name: "gateway's root", origin: gatewayOrigin, prefix: '', isService: false, metadata: {} },
  ];
}

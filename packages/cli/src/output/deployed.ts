import type { Webservice } from '@slipway/sdk';
import type { ServiceCall } from '../service-call/call-of.ts';
import { details } from './table.ts';

/** What a deployment ends with: where the service is, and a call that works. */
export function describeDeployed(service: Webservice, { credential, curl }: ServiceCall): string {
  const { name, state, readyReplicas, numReplicas, revision } = service;
  const key = service.authEnabled
    ? { Key: credential }
    : service.tokenAuthEnabled
      ? { Token: credential }
      : {};
  return [
    `Service ${name} is ${state}: ${readyReplicas} of ${numReplicas} replicas ready, revision ${revision}.`,
    details({ 'Scoring URI': service.scoringUri, 'Swagger URI': service.swaggerUri, ...key }),
    ...(curl === undefined ? [] : [`Try it:\n${curl}`]),
  ].join('\n\n');
}

/** What is said when nobody waits for the end. */
export function describeBegun({ name, operationId }: Webservice): string {
  return `Work on ${name} has begun: see "slipway operation show ${operationId}" and "slipway service show ${name}".`;
}

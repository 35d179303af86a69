import type { Webservice } from '@slipway/sdk';
import { curlLine } from './curl-line.ts';
import { exampleBody } from './example-body.ts';

/** How a service is called. */
export interface ServiceCall {
  /** The primary key or a fresh token; `undefined` where nobody asks for one. */
  readonly credential: string | undefined;
  /** A line for a shell; `undefined` while the service cannot tell what it takes. */
  readonly curl: string | undefined;
}

/** A call that works, with a body that fits the model as the service itself describes it. */
export async function callOf(service: Webservice): Promise<ServiceCall> {
  const credential = await credentialOf(service);
  const body = await exampleBody(service.swaggerUri, credential);
  return {
    credential,
    curl: body === undefined ? undefined : curlLine({ uri: service.scoringUri, credential, body }),
  };
}

async function credentialOf(service: Webservice): Promise<string | undefined> {
  if (service.authEnabled) return (await service.getKeys()).primaryKey;
  return service.tokenAuthEnabled ? (await service.getToken()).accessToken : undefined;
}

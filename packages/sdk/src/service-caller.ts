import { SlipwayError } from '@slipway/contract';
import type { ServiceKeys, Service as ServiceResource, ServiceToken } from '@slipway/contract/api';
import type { HttpClient } from './http-client.ts';
import { score } from './scoring.ts';
import { formatScoringJson } from './scoring-json.ts';

/** Room for the network between a service's own time limits and ours, so that the service's answer wins. */
const SCORING_MARGIN_MS = 5_000;

/** Calls one service; keeps its key or token between calls. */
export type ServiceCaller = (
  service: ServiceResource,
  input: unknown,
  signal: AbortSignal | undefined,
) => Promise<unknown>;

/** Builds the caller of the service at `path`. A key or token that no longer works is read again, once a call. */
export function createServiceCaller(client: HttpClient, path: string): ServiceCaller {
  let kept: string | undefined;
  return async (service, input, signal) => {
    const body = toBody(input);
    const known = kept;
    try {
      kept ??= await readCredential(client, path, service, signal);
      return await send(service, kept, body, signal);
    } catch (thrown) {
      if (known === undefined || !isRefused(thrown)) throw thrown;
      kept = await readCredential(client, path, service, signal);
      return await send(service, kept, body, signal);
    }
  };
}

/** Text and bytes are sent as they are, anything else as JSON. */
function toBody(input: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof input === 'string') return input;
  return input instanceof Uint8Array ? new Uint8Array(input) : formatScoringJson(input);
}

async function readCredential(
  client: HttpClient,
  path: string,
  { authMode }: ServiceResource,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  switch (authMode) {
    case 'key':
      return (await client.json<ServiceKeys>({ path: `${path}/keys`, signal })).primaryKey;
    case 'token':
      return (
        await client.json<ServiceToken>({ method: 'POST', path: `${path}/token`, repeatable: true, signal })
      ).accessToken;
    case 'none':
      return undefined;
  }
}

async function send(
  { scoringUri, config }: ServiceResource,
  credential: string | undefined,
  body: string | Uint8Array<ArrayBuffer>,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const timeoutMs = config.scoringTimeoutMs + config.maxRequestWaitTimeMs + SCORING_MARGIN_MS;
  return await score({ scoringUri, credential, body, timeoutMs, signal });
}

function isRefused(thrown: unknown): boolean {
  return thrown instanceof SlipwayError && thrown.code === 'unauthenticated';
}

import { SlipwayError } from '@slipway/contract';
import type { ServiceKeys, Service as ServiceResource, ServiceToken } from '@slipway/contract/api';
import type { HttpClient } from './http-client.ts';
import { createPredictionClient } from './node-client/create-prediction-client.ts';
import type { TlsOptions } from './node-client/node-http.ts';
import type { NodePredictionClient, NodeTensorClient } from './node-client/score-file.ts';
import type { ClientOptions, Protocol, RetryPolicy } from './prediction/types.ts';

/** Room for the network between a service's own time limits and ours, so that the service's answer wins. */
const SCORING_MARGIN_MS = 5_000;

/** How a client of a deployed service talks to it. */
export interface ServiceClientOptions {
  /** Default `azure`. */
  readonly protocol?: Protocol | undefined;
  /** `oip` over HTTP alone: raw tensors. Default true. */
  readonly binary?: boolean | undefined;
  /** Default: the first model of the service, which alone `azure` can ask. */
  readonly model?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  readonly tls?: TlsOptions | undefined;
}

/** The same over gRPC. */
export interface GrpcServiceClientOptions extends Omit<ServiceClientOptions, 'protocol' | 'binary'> {
  /** Default `oip`. */
  readonly protocol?: 'oip' | 'tfserving' | undefined;
}

/** A client of the service over HTTP, which reads its key or token through the control plane at `path` when it needs one. */
export function createServiceClient(
  control: HttpClient,
  path: string,
  service: ServiceResource,
  options: ServiceClientOptions,
): NodePredictionClient {
  // `/score` names no model.
  const { protocol = 'azure', model = protocol === 'azure' ? undefined : firstModel(service) } = options;
  return createPredictionClient({ ...options, model, ...clientOptions(control, path, service, options) });
}

/** The same over gRPC, whose library is loaded now. */
export async function createGrpcServiceClient(
  control: HttpClient,
  path: string,
  service: ServiceResource,
  options: GrpcServiceClientOptions,
): Promise<NodeTensorClient> {
  const { createGrpcPredictionClient } = await import('./grpc/index.ts');
  const model = options.model ?? firstModel(service);
  return createGrpcPredictionClient({ ...options, model, ...clientOptions(control, path, service, options) });
}

function firstModel({ models }: ServiceResource): string | undefined {
  return models[0]?.replace(/:\d+$/, '');
}

function clientOptions(
  control: HttpClient,
  path: string,
  service: ServiceResource,
  { timeoutMs }: Pick<ServiceClientOptions, 'timeoutMs'>,
): ClientOptions {
  const { scoringTimeoutMs, maxRequestWaitTimeMs } = service.config;
  return {
    url: service.scoringUri,
    credential: (signal) => readCredential(control, path, service, signal),
    timeoutMs: timeoutMs ?? scoringTimeoutMs + maxRequestWaitTimeMs + SCORING_MARGIN_MS,
  };
}

async function readCredential(
  control: HttpClient,
  path: string,
  { authMode }: ServiceResource,
  signal: AbortSignal,
): Promise<string | undefined> {
  switch (authMode) {
    case 'key':
      return (await control.json<ServiceKeys>({ path: `${path}/keys`, signal })).primaryKey;
    case 'token':
      return (
        await control.json<ServiceToken>({ method: 'POST', path: `${path}/token`, repeatable: true, signal })
      ).accessToken;
    case 'none':
      return undefined;
  }
}

/** The error of `Webservice.run`, which says where more can be found, as Azure's does. */
export function withLogsHint(thrown: unknown): unknown {
  if (!(thrown instanceof SlipwayError) || thrown.details?.['body'] === undefined) return thrown;
  const message = `${thrown.message} More information can be found by calling getLogs() on the service.`;
  return new SlipwayError(thrown.code, message, { details: thrown.details, cause: thrown.cause });
}

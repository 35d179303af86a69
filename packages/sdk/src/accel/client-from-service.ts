import type { Webservice } from '../webservice.ts';
import { PredictionClient, type PredictionClientOptions } from './prediction-client.ts';

/**
 * A client of a deployed service: its host and port, TLS where its scoring URI has it, its name, and its primary key or a token,
 * which are read with the first call and with each new connection.
 */
export function clientFromService(
  service: Webservice,
  options: Omit<PredictionClientOptions, 'address' | 'port' | 'useSsl' | 'accessToken' | 'serviceName'> = {},
): PredictionClient {
  const { protocol, hostname, port } = new URL(service.scoringUri);
  return new PredictionClient({
    ...options,
    address: hostname,
    port: port === '' ? undefined : Number(port),
    useSsl: protocol === 'https:',
    accessToken: (signal) => credentialOf(service, signal),
    serviceName: service.name,
  });
}

async function credentialOf(service: Webservice, signal: AbortSignal): Promise<string | undefined> {
  if (service.authEnabled) return (await service.getKeys({ signal })).primaryKey;
  if (service.tokenAuthEnabled) return (await service.getToken({ signal })).accessToken;
  return undefined;
}

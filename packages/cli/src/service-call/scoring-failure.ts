import { SlipwayError } from '@slipway/contract';

/** The SDK's error about a request that failed within the service, with where to look; any other error as it is. */
export function scoringFailure(thrown: unknown, service: string): unknown {
  const status = thrown instanceof SlipwayError ? thrown.details?.['status'] : undefined;
  if (!(thrown instanceof SlipwayError) || typeof status !== 'number' || status < 500) return thrown;
  return new SlipwayError(thrown.code, `${thrown.message} See "slipway service logs ${service}".`, {
    details: thrown.details,
    cause: thrown,
  });
}

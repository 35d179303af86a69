import { SlipwayError } from '@slipway/contract';
import type { ServiceToken } from '@slipway/contract/api';
import type { TokenIssuer } from '../../secrets/token-issuer.ts';
import type { ServiceRecord } from '../../store/collections.ts';

/** A token for a service. Throws `conflict` if the service does not use tokens. */
export function issueServiceToken(
  tokens: Pick<TokenIssuer, 'issue'>,
  service: ServiceRecord,
): Promise<ServiceToken> {
  if (service.authMode === 'token') return tokens.issue(service.uid);
  const instead = service.authMode === 'key' ? 'it uses keys' : 'it takes requests from everyone';
  throw new SlipwayError(
    'conflict',
    `The service "${service.name}" does not use tokens: ${instead}. Update it with config.tokenAuthEnabled true and config.authEnabled false to use them.`,
    { details: { authMode: service.authMode } },
  );
}

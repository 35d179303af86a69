import type { ServiceAuth } from '@slipway/contract';
import type { TokenIssuer } from '../../secrets/token-issuer.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { ServiceRecord } from '../../store/collections.ts';
import { keyDigests } from './keys.ts';

/** What a service's replicas are told of who may call it. The same record gives the same answer. */
export function serviceAuth(
  service: ServiceRecord,
  { vault, tokens }: { readonly vault: Vault; readonly tokens: Pick<TokenIssuer, 'issuer' | 'publicKeys'> },
): ServiceAuth {
  const generation = service.authGeneration;
  switch (service.authMode) {
    case 'none':
      return { kind: 'ServiceAuth', generation, mode: 'none' };
    case 'key':
      return { kind: 'ServiceAuth', generation, mode: 'key', keys: keyDigests(vault, service) };
    case 'token':
      return {
        kind: 'ServiceAuth',
        generation,
        mode: 'token',
        issuer: tokens.issuer,
        audience: service.uid,
        publicKeys: tokens.publicKeys,
      };
  }
}

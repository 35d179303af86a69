import { createHash, randomBytes } from 'node:crypto';
import { type KeyDigest, SlipwayError } from '@slipway/contract';
import type { KeyRegenerate, ServiceKeys } from '@slipway/contract/api';
import type { Vault } from '../../secrets/vault.ts';
import type { ServiceRecord } from '../../store/collections.ts';
import type { Reader, Stored, Writer } from '../../store/store.ts';
import { fieldError } from '../field-problems.ts';
import { changeable, requireService } from './find.ts';

type SealedKeys = NonNullable<ServiceRecord['keys']>;

/** Random bytes in a key, as many as in the keys that SHA-256 can tell apart. */
const KEY_BYTES = 32;

/** Encrypts a service's keys; a key that was not chosen is made. */
export function sealKeys(
  vault: Vault,
  serviceUid: string,
  chosen: { readonly primaryKey?: string | undefined; readonly secondaryKey?: string | undefined },
): SealedKeys {
  return {
    primary: vault.seal(chosen.primaryKey ?? newKey(), serviceUid),
    secondary: vault.seal(chosen.secondaryKey ?? newKey(), serviceUid),
  };
}

function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64url');
}

/** Both keys, in clear. Throws `not_found`, and `conflict` if the service does not use keys. */
export async function readKeys(
  reader: Reader,
  vault: Vault,
  workspace: string,
  name: string,
): Promise<ServiceKeys> {
  const { value } = await requireService(reader, workspace, name);
  return openKeys(vault, value);
}

/** Replaces one key. It is in force when the fleet has applied it. Throws `not_found`, `conflict`, `precondition_failed`. */
export async function replaceKey(
  writer: Writer,
  vault: Vault,
  target: { readonly workspace: string; readonly name: string; readonly expect?: { readonly etag: string } },
  { keyType, key = newKey() }: KeyRegenerate,
): Promise<{ readonly service: Stored<ServiceRecord>; readonly keys: ServiceKeys }> {
  const { value } = changeable(await requireService(writer, target.workspace, target.name));
  const present = openKeys(vault, value);
  const other = keyType === 'Primary' ? present.secondaryKey : present.primaryKey;
  if (key === other) throw fieldError([{ field: 'key', message: 'must differ from the other key' }]);
  const keys: ServiceKeys =
    keyType === 'Primary' ? { ...present, primaryKey: key } : { ...present, secondaryKey: key };
  const changed: ServiceRecord = {
    ...value,
    keys: sealKeys(vault, value.uid, keys),
    authGeneration: value.authGeneration + 1,
    updatedAt: new Date().toISOString(),
  };
  return { service: await writer.put('services', value.name, changed, target.expect), keys };
}

function openKeys(vault: Vault, service: ServiceRecord): ServiceKeys {
  if (service.authMode !== 'key' || service.keys === null) {
    const instead =
      service.authMode === 'token'
        ? `it uses tokens. Get one with POST /api/v1/workspaces/${service.workspace}/services/${service.name}/token`
        : 'it takes requests from everyone. Update it with config.authEnabled true to use keys';
    throw new SlipwayError('conflict', `The service "${service.name}" does not use keys: ${instead}.`, {
      details: { authMode: service.authMode },
    });
  }
  return {
    primaryKey: vault.open(service.keys.primary, service.uid),
    secondaryKey: vault.open(service.keys.secondary, service.uid),
  };
}

/** Bytes of salt before a key. */
const SALT_BYTES = 16;

/** The digests of both keys, in order. The salts come from what was stored, so that the same record gives the same digests. */
export function keyDigests(vault: Vault, service: ServiceRecord): readonly KeyDigest[] {
  const { primaryKey, secondaryKey } = openKeys(vault, service);
  return [
    keyDigest(primaryKey, saltFrom(service.keys?.primary)),
    keyDigest(secondaryKey, saltFrom(service.keys?.secondary)),
  ];
}

/** A sealed text holds a random nonce, and so is another each time. */
function saltFrom(sealed = ''): Buffer {
  return createHash('sha256').update(sealed).digest().subarray(0, SALT_BYTES);
}

function keyDigest(key: string, salt: Buffer): KeyDigest {
  const digest = createHash('sha256').update(salt).update(key, 'utf8').digest('base64');
  return { salt: salt.toString('base64'), digest };
}

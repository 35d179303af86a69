import { type KeyDigest, type ServiceAuth, SlipwayError } from '@slipway/contract';
import { deepFreeze, type Fields, readFields } from '../spec/fields.ts';

/** Bytes of a SHA-256 digest. */
const DIGEST_BYTES = 32;

const MODES = ['none', 'key', 'token'] as const;

/** What a parsed key file holds, frozen; throws `invalid_argument` with every problem in it. */
export function parseServiceAuth(value: unknown, file: string): ServiceAuth {
  const problems: string[] = [];
  const auth = readAuth(readFields(value, '', problems), problems);
  if (problems.length === 0) return deepFreeze(auth);
  throw new SlipwayError('invalid_argument', `${file} is no key file: ${problems.join('; ')}.`, {
    details: { file, problems },
  });
}

function readAuth(fields: Fields, problems: string[]): ServiceAuth {
  const kind = fields.oneOf('kind', ['ServiceAuth']);
  const generation = fields.integer('generation', 0);
  const mode = fields.oneOf('mode', MODES);
  switch (mode) {
    case 'none':
      return { kind, generation, mode };
    case 'key':
      return {
        kind,
        generation,
        mode,
        keys: fields.objects('keys').map((key, at) => readKey(key, at, problems)),
      };
    case 'token':
      return {
        kind,
        generation,
        mode,
        issuer: fields.text('issuer'),
        audience: fields.text('audience'),
        publicKeys: fields.objects('publicKeys').map((key) => key.raw),
      };
  }
}

function readKey(fields: Fields, index: number, problems: string[]): KeyDigest {
  const key = { salt: fields.text('salt'), digest: fields.text('digest') };
  const isDigest = Buffer.from(key.digest, 'base64').length === DIGEST_BYTES;
  if (!isDigest) problems.push(`keys[${index}].digest must be ${DIGEST_BYTES} bytes in base64`);
  return key;
}

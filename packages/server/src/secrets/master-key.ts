import { SlipwayError } from '@slipway/contract';
import { readOrMakeSecret } from './secret-file.ts';

const KEY_BYTES = 32;

/**
 * The 32 bytes that secrets are encrypted with: from `SLIPWAY_MASTER_KEY` (base64 or base64url) if it is set, else
 * from the file, which is made when it is not there. Throws `invalid_argument` for a key of another length.
 */
export async function loadMasterKey(file: string, environment: NodeJS.ProcessEnv): Promise<Uint8Array> {
  const given = environment['SLIPWAY_MASTER_KEY'];
  if (given !== undefined && given !== '')
    return parseKey(given, 'The environment variable SLIPWAY_MASTER_KEY');
  return parseKey(await readOrMakeSecret(file), `The file ${file}`);
}

function parseKey(text: string, source: string): Uint8Array {
  const key = Buffer.from(text, 'base64url');
  if (key.byteLength === KEY_BYTES) return key;
  throw new SlipwayError(
    'invalid_argument',
    `${source} must hold ${KEY_BYTES} bytes in base64; it holds ${key.byteLength}. Make one with: openssl rand -base64 ${KEY_BYTES}`,
  );
}

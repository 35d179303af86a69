import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_SIGNATURE_BYTES, type ModelSignature, SIGNATURE_FILE, SlipwayError } from '@slipway/contract';

/**
 * What the signature file in this folder says, or `undefined` if there is none. Throws `invalid_model` with
 * every problem and the path of its field.
 */
export async function readModelSignature(folder: string): Promise<ModelSignature | undefined> {
  const path = join(folder, SIGNATURE_FILE);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isFile()) throw unreadable('it is no file');
  if (stat.size > MAX_SIGNATURE_BYTES) {
    throw unreadable(`it has ${stat.size} bytes, more than ${MAX_SIGNATURE_BYTES}`);
  }
  // Most models have no such file, and then start without the code that checks it.
  const { parseModelSignatureText } = await import('@slipway/contract/api');
  return parseModelSignatureText(readFileSync(path, 'utf8'), SIGNATURE_FILE);
}

function unreadable(reason: string): SlipwayError {
  return new SlipwayError('invalid_model', `${SIGNATURE_FILE} cannot be read: ${reason}.`, {
    details: { file: SIGNATURE_FILE },
  });
}

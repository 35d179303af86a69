import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ModelSignature, SlipwayError } from '@slipway/contract';

/** The file beside a model that says what the model's own file cannot. */
export const SIGNATURE_FILE = 'signature.json';

/** Far more than all inputs of any model take. */
const MAX_BYTES = 1_000_000;

/**
 * What the signature file in this folder says, or `undefined` if there is none. Throws `invalid_model` with
 * every problem and the path of its field.
 */
export async function readModelSignature(folder: string): Promise<ModelSignature | undefined> {
  const path = join(folder, SIGNATURE_FILE);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isFile()) throw unreadable('it is no file');
  if (stat.size > MAX_BYTES) throw unreadable(`it has ${stat.size} bytes, more than ${MAX_BYTES}`);
  // Most models have no such file, and then start without the code that checks it.
  const { parseModelSignature } = await import('@slipway/contract/api');
  return parseModelSignature(parseJson(readFileSync(path, 'utf8')), SIGNATURE_FILE);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function unreadable(reason: string, cause?: unknown): SlipwayError {
  return new SlipwayError('invalid_model', `${SIGNATURE_FILE} cannot be read as JSON: ${reason}.`, {
    details: { file: SIGNATURE_FILE },
    cause,
  });
}

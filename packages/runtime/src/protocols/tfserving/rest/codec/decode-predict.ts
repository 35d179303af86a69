import type { Signature, SlipwayError } from '@slipway/contract';
import { decodeCarefully } from './careful-predict.ts';
import type { PredictCall } from './predict-call.ts';
import { decodeQuickly } from './quick-predict.ts';

/**
 * Reads `{"instances": …}` or `{"inputs": …}`, either with `"signature_name"`. The error is `invalid_argument`, or
 * `unsupported` for a datatype that JSON cannot carry here, with the stock server's text.
 */
export function decodePredict(body: Uint8Array, signature: Signature): PredictCall | SlipwayError {
  return decodeQuickly(body, signature) ?? decodeCarefully(body, signature);
}

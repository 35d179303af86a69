import { SlipwayError } from '@slipway/contract';

/** A mistake of the caller's, in the words of the stock server. */
export function invalid(message: string): SlipwayError {
  return new SlipwayError('invalid_argument', message);
}

/** The request names a model, or a version of it, that is not served. */
export function unknownModel(name: string, version?: string | undefined): SlipwayError {
  const which = version === undefined ? `'${name}'` : `'${name}' version ${version}`;
  return new SlipwayError('not_found', `Request for unknown model: ${which} is not found`);
}

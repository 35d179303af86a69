import { SlipwayError } from '@slipway/contract';

/** Characters of a message; the names in it are the caller's, and may be of any length. */
const MOST_CHARACTERS = 1_000;

/** A mistake of the caller's, in the words of the stock server. */
export function invalid(message: string): SlipwayError {
  return new SlipwayError('invalid_argument', cut(message));
}

/** The request names a model, or a version of it, that is not served. */
export function unknownModel(name: string, version?: string | undefined): SlipwayError {
  const which = version === undefined ? `'${name}'` : `'${name}' version ${version}`;
  return new SlipwayError('not_found', cut(`Request for unknown model: ${which} is not found`));
}

function cut(message: string): string {
  return message.length > MOST_CHARACTERS ? `${message.slice(0, MOST_CHARACTERS)}…` : message;
}

import { GraphError } from '../../graph-error.ts';
import type { UnknownField } from '../model.ts';

/** A number of the file that must be exact here. Throws `invalid_file` beyond 2^53. */
export function wholeNumber(value: bigint, what: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new GraphError('invalid_file', `${what} is ${value}: too large.`);
  return number;
}

/** The fields of a message that are not in our messages, if there are any. */
export function unknownOf(message: { readonly $unknown?: UnknownField[] | undefined }): {
  readonly unknown?: readonly UnknownField[];
} {
  return message.$unknown === undefined ? {} : { unknown: message.$unknown };
}

import { SlipwayError } from '@slipway/contract';
import type { Static, TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';

/** The value, if it fits the schema; else throws `invalid_argument` with every problem and its field. */
export function checkAgainst<Schema extends TSchema>(
  schema: Schema,
  value: unknown,
  file: string,
): Static<Schema> {
  if (Check(schema, value)) return value;
  const problems = Errors(schema, value).map(({ instancePath, message }) => {
    const field = instancePath.slice(1).replaceAll('/', '.');
    return `${field === '' ? 'the whole file' : field} ${message}`;
  });
  throw new SlipwayError('invalid_argument', `${file} cannot be used: ${problems.join('; ')}.`, {
    details: { file, problems },
  });
}

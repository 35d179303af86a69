import type { ServiceKeys } from '@slipway/contract/api';
import { details } from './table.ts';

/** The two keys of a service. */
export function keyDetails({ primaryKey, secondaryKey }: ServiceKeys): string {
  return details({ Primary: primaryKey, Secondary: secondaryKey });
}

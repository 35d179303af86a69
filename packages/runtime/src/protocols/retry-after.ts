import type { SlipwayError } from '@slipway/contract';

/** What an overload is told that no lane has reckoned. */
const USUAL_SECONDS = 1;

/** Whole seconds after which it is worth to come again, as the lane that refused reckons it; only of an overload. */
export function retryAfterSeconds({ code, details }: SlipwayError): number | undefined {
  if (code !== 'overloaded') return undefined;
  const seconds = details?.['retryAfterSeconds'];
  return typeof seconds === 'number' ? seconds : USUAL_SECONDS;
}

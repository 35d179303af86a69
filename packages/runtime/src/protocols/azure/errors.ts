import type { SlipwayError } from '@slipway/contract';

/** How an error is told to a caller of `/score`. */
export interface ErrorAnswer {
  readonly status: number;
  /** Plain text where Azure's front end answers so; else `message` of a JSON body. */
  readonly kind: 'text' | 'json';
  readonly message: string;
  /** True if the request certainly did not begin to run. */
  readonly notRun: boolean;
  /** True if running the model is what failed. */
  readonly functionFailed: boolean;
}

/** The texts of Azure's inference server for addresses and methods that are not there. */
export const UNKNOWN_URL =
  'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.';
export const WRONG_METHOD = 'The method is not allowed for the requested URL.';
export const WRONG_SCORE_METHOD = 'Method not allowed';

/** The texts of Azure's front end. */
export const NO_AUTHORIZATION = 'Unauthorized, no Authorization header';
const INTERNAL = 'An unexpected internal error occurred. Check the logs for more info.';

/** The only place where a code becomes a status. */
export function errorAnswer(error: SlipwayError, service: string): ErrorAnswer {
  const json = (status: number, message = error.message): ErrorAnswer => {
    return { status, kind: 'json', message, notRun: false, functionFailed: false };
  };
  const refusal = (message: string): ErrorAnswer => {
    return { status: 503, kind: 'text', message, notRun: true, functionFailed: false };
  };
  switch (error.code) {
    case 'invalid_argument':
    case 'cancelled':
    case 'unsupported':
      return json(400);
    case 'unauthenticated':
      return json(401);
    case 'permission_denied':
      return json(403);
    case 'not_found':
      return json(404);
    case 'method_not_allowed':
      return json(405);
    case 'payload_too_large':
      return json(413);
    case 'unsupported_media_type':
      return json(415);
    case 'invalid_model':
      return { ...json(500), functionFailed: true };
    case 'overloaded':
      return refusal(`Too many requests for service ${service} (overloaded)`);
    case 'unavailable':
      return refusal(`No ready replicas for service ${service}`);
    case 'deadline_exceeded':
      return json(504);
    default:
      return json(500, INTERNAL);
  }
}

import type { SlipwayError } from '@slipway/contract';
import { TEXT_TYPE } from '../headers.ts';
import { INTERNAL } from '../internal-error.ts';
import type { ErrorAnswer } from '../protocol.ts';
import { runHeaders } from './headers.ts';

/** The texts of Azure's inference server for addresses and methods that are not there. */
export const UNKNOWN_URL =
  'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.';
export const WRONG_METHOD = 'The method is not allowed for the requested URL.';
export const WRONG_SCORE_METHOD = 'Method not allowed';

/** What Azure's front end says of a container that died under a request. */
const SCRIPT_DIED = 'Replica closed connection before replying';

/** The only place where a code becomes a status. */
export function errorAnswer(error: SlipwayError, { service }: { readonly service: string }): ErrorAnswer {
  const json = (status: number, message = error.message, failed = false): ErrorAnswer => {
    return { status, body: JSON.stringify({ message }), headers: runHeaders(failed), notRun: false };
  };
  const refusal = (message: string): ErrorAnswer => {
    return { ...text(503, message), headers: runHeaders(false), notRun: true };
  };
  switch (error.code) {
    case 'invalid_argument':
    case 'cancelled':
    case 'unsupported':
      return json(400);
    case 'unauthenticated':
      return error.details?.['isMissing'] === true ? text(401, error.message) : json(401);
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
    case 'script_failed':
      return { ...text(502, SCRIPT_DIED), headers: runHeaders(true) };
    case 'invalid_model':
      return json(500, error.message, true);
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

/** Plain text, where Azure's front end answers so. */
function text(status: number, body: string): ErrorAnswer {
  return { status, contentType: TEXT_TYPE, body, notRun: false };
}

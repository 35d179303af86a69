import type { SlipwayError } from '@slipway/contract';
import { INTERNAL } from '../../internal-error.ts';
import type { ErrorAnswer } from '../../protocol.ts';
import { overloadMessage, ownTimeoutMessage } from '../refusals.ts';
import { jsonTooLarge } from './codec/infer-request.ts';

/** The only place where a code becomes a status. */
export function errorAnswer(error: SlipwayError): ErrorAnswer {
  const answer = (status: number, message = error.message): ErrorAnswer => {
    return { status, body: JSON.stringify({ error: message }), notRun: false };
  };
  switch (error.code) {
    case 'invalid_argument':
    case 'already_exists':
    case 'in_use':
    case 'precondition_failed':
    case 'conflict':
    case 'cancelled':
      return answer(400);
    case 'payload_too_large':
      return answer(400, bodyTooLarge(error));
    case 'unauthenticated':
      return answer(401);
    case 'permission_denied':
      return answer(403);
    case 'not_found':
      return answer(404);
    case 'method_not_allowed':
      return answer(405);
    case 'unsupported_media_type':
      return answer(415);
    case 'invalid_model':
      return answer(500);
    case 'unsupported':
      return answer(501);
    case 'overloaded':
      return { ...answer(503, overloadMessage(error)), notRun: true };
    case 'unavailable':
    case 'unschedulable':
      return { ...answer(503), notRun: true };
    case 'deadline_exceeded': {
      const timeout = ownTimeoutMessage(error);
      return timeout === undefined ? answer(504) : answer(503, timeout);
    }
    case 'corrupt':
    case 'storage_full':
    case 'script_failed':
    case 'internal':
      return answer(500, INTERNAL);
  }
}

/** In the stock server's words; how large a body is is known where it says so itself, else that it is larger. */
function bodyTooLarge({ message, details }: SlipwayError): string {
  const { declared, maxBytes } = details ?? {};
  if (typeof maxBytes !== 'number') return message;
  return jsonTooLarge(typeof declared === 'number' ? declared : undefined, maxBytes).message;
}

import type { SlipwayError } from '@slipway/contract';
import type { ErrorAnswer } from '../../protocol.ts';

/** The stock server tells what is wrong inside it; what is wrong inside ours stands in the log alone. */
const INTERNAL = 'An unexpected internal error occurred.';

/** The only place where a code becomes a status. */
export function errorAnswer(error: SlipwayError): ErrorAnswer {
  const answer = (status: number, text = error.message): ErrorAnswer => {
    return { status, body: encodeError(text), notRun: false };
  };
  switch (error.code) {
    case 'invalid_argument':
    case 'precondition_failed':
    case 'conflict':
    case 'method_not_allowed':
      return answer(400);
    case 'unauthenticated':
      return answer(401);
    case 'permission_denied':
      return answer(403);
    case 'not_found':
      return answer(404);
    case 'already_exists':
    case 'in_use':
      return answer(409);
    case 'payload_too_large':
      return answer(413);
    case 'unsupported_media_type':
      return answer(415);
    case 'cancelled':
      return answer(499);
    case 'unsupported':
      return answer(501);
    case 'overloaded':
    case 'unavailable':
      return { ...answer(503), notRun: true };
    case 'deadline_exceeded':
      return answer(504);
    case 'invalid_model':
      return answer(500);
    default:
      return answer(500, INTERNAL);
  }
}

/** The body of every error. */
export function encodeError(text: string): Buffer {
  return Buffer.from(JSON.stringify({ error: text }));
}

import { type ErrorCode, SlipwayError } from '@slipway/contract';
import type { StatusAnswer } from '../../grpc/method.ts';
import type { GrpcStatus } from '../../grpc/status.ts';
import { INTERNAL } from '../../internal-error.ts';

/** The stock server cuts its texts. */
const MOST_CHARACTERS = 1_024;

/** The only place where a code becomes a status. */
export function statusOf(error: SlipwayError): StatusAnswer {
  const answer = (status: GrpcStatus, message = error.message): StatusAnswer => {
    return { status, message: cut(message) };
  };
  switch (error.code) {
    case 'invalid_argument':
    case 'unsupported_media_type':
    case 'method_not_allowed':
      return answer('INVALID_ARGUMENT');
    case 'unauthenticated':
      return answer('UNAUTHENTICATED');
    case 'permission_denied':
      return answer('PERMISSION_DENIED');
    case 'not_found':
      return answer('NOT_FOUND');
    case 'already_exists':
    case 'in_use':
      return answer('ALREADY_EXISTS');
    case 'payload_too_large':
      return answer('RESOURCE_EXHAUSTED');
    case 'precondition_failed':
    case 'conflict':
      return answer('FAILED_PRECONDITION');
    case 'unsupported':
      return answer('UNIMPLEMENTED');
    case 'overloaded':
    case 'unavailable':
    case 'unschedulable':
      return { ...answer('UNAVAILABLE'), notRun: true };
    case 'deadline_exceeded':
      return answer('DEADLINE_EXCEEDED');
    case 'cancelled':
      return answer('CANCELLED');
    case 'invalid_model':
      return answer('INTERNAL');
    case 'corrupt':
    case 'storage_full':
    case 'script_failed':
    case 'internal':
      return answer('INTERNAL', INTERNAL);
  }
}

/** The name of the status alone, as metrics tell it. */
export function statusName(code: ErrorCode): GrpcStatus {
  return statusOf(new SlipwayError(code, '')).status;
}

function cut(message: string): string {
  return message.length > MOST_CHARACTERS ? `${message.slice(0, MOST_CHARACTERS)}...TRUNCATED` : message;
}

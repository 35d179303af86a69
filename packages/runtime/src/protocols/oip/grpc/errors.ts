import type { SlipwayError } from '@slipway/contract';
import type { StatusAnswer } from '../../grpc/method.ts';
import type { GrpcStatus } from '../../grpc/status.ts';
import { INTERNAL } from '../../internal-error.ts';
import { overloadMessage, ownTimeoutMessage } from '../refusals.ts';

/** The only place where a code becomes a status. */
export function statusOf(error: SlipwayError): StatusAnswer {
  const answer = (status: GrpcStatus, message = error.message): StatusAnswer => ({ status, message });
  switch (error.code) {
    case 'invalid_argument':
    case 'unsupported_media_type':
    case 'method_not_allowed':
    case 'precondition_failed':
    case 'conflict':
    case 'in_use':
      return answer('INVALID_ARGUMENT');
    case 'unauthenticated':
      return answer('UNAUTHENTICATED');
    case 'permission_denied':
      return answer('PERMISSION_DENIED');
    case 'not_found':
      return answer('NOT_FOUND');
    case 'already_exists':
      return answer('ALREADY_EXISTS');
    case 'payload_too_large':
      return answer('RESOURCE_EXHAUSTED');
    case 'unsupported':
      return answer('UNIMPLEMENTED');
    case 'overloaded':
      return { ...answer('UNAVAILABLE', overloadMessage(error)), notRun: true };
    case 'unavailable':
    case 'unschedulable':
      return { ...answer('UNAVAILABLE'), notRun: true };
    case 'deadline_exceeded': {
      const timeout = ownTimeoutMessage(error);
      return timeout === undefined ? answer('DEADLINE_EXCEEDED') : answer('UNAVAILABLE', timeout);
    }
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

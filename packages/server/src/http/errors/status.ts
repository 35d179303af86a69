import type { ErrorCode } from '@slipway/contract';

/** The HTTP status of each error code on the control plane. */
export function statusOf(code: ErrorCode): number {
  switch (code) {
    case 'invalid_argument':
    case 'invalid_model':
      return 400;
    case 'unauthenticated':
      return 401;
    case 'permission_denied':
      return 403;
    case 'not_found':
      return 404;
    case 'method_not_allowed':
      return 405;
    case 'already_exists':
    case 'in_use':
    case 'conflict':
    case 'unschedulable':
      return 409;
    case 'precondition_failed':
      return 412;
    case 'payload_too_large':
      return 413;
    case 'unsupported_media_type':
      return 415;
    case 'cancelled':
      return 499;
    case 'internal':
    case 'corrupt':
    case 'script_failed':
      return 500;
    case 'unsupported':
      return 501;
    case 'overloaded':
    case 'unavailable':
      return 503;
    case 'deadline_exceeded':
      return 504;
    case 'storage_full':
      return 507;
  }
}

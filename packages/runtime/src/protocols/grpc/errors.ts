import type { SlipwayError } from '@slipway/contract';
import { INTERNAL } from '../internal-error.ts';
import type { StatusAnswer } from './method.ts';

/** How errors end calls that belong to no protocol of inference: unknown methods, health, reflection. */
export function statusOf({ code, message }: SlipwayError): StatusAnswer {
  switch (code) {
    case 'invalid_argument':
      return { status: 'INVALID_ARGUMENT', message };
    case 'not_found':
      return { status: 'NOT_FOUND', message };
    case 'unsupported':
      return { status: 'UNIMPLEMENTED', message };
    case 'payload_too_large':
      return { status: 'RESOURCE_EXHAUSTED', message };
    case 'unauthenticated':
      return { status: 'UNAUTHENTICATED', message };
    case 'unavailable':
      return { status: 'UNAVAILABLE', message };
    case 'deadline_exceeded':
      return { status: 'DEADLINE_EXCEEDED', message };
    case 'cancelled':
      return { status: 'CANCELLED', message };
    default:
      return { status: 'INTERNAL', message: INTERNAL };
  }
}

import { isTfservingPath } from '@slipway/contract';

/** Whose address it is: TensorFlow Serving's, the Open Inference Protocol's, or else Azure's. */
export type Protocol = 'azure' | 'tfserving' | 'oip';

const OIP = /^\/v2(?:[/?]|$)/;

/** The protocol that a path of a replica belongs to; a query may follow it. */
export function protocolOf(path: string): Protocol {
  if (isTfservingPath(path)) return 'tfserving';
  return OIP.test(path) ? 'oip' : 'azure';
}

/** An error in the shape that the protocol's clients read. */
export function errorBody(protocol: Protocol, message: string): string {
  return JSON.stringify(protocol === 'azure' ? { message } : { error: message });
}

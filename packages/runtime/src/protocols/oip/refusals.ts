import { SlipwayError } from '@slipway/contract';

/** Characters of a message; the names in it are the caller's, and may be of any length. */
const MOST_CHARACTERS = 1_000;

/** A mistake of the caller's, in the words of the stock server. */
export function invalid(message: string): SlipwayError {
  return new SlipwayError('invalid_argument', cut(message));
}

/** The request names a model, or a version of it, that is not served. */
export function unknownModel(name: string, version?: string | undefined): SlipwayError {
  const which = version === undefined ? `'${name}'` : `'${name}' version ${version}`;
  return new SlipwayError('not_found', cut(`Request for unknown model: ${which} is not found`));
}

function cut(message: string): string {
  return message.length > MOST_CHARACTERS ? `${message.slice(0, MOST_CHARACTERS)}…` : message;
}

/** Processes here share no memory with their callers. */
export function refuseSharedMemory(): SlipwayError {
  return new SlipwayError(
    'unsupported',
    "'shared_memory_region' is not supported; send and ask for tensors in the body.",
  );
}

/** Callers may not change what is served. The words that clients look for stand before ours. */
export function changeNotPermitted(action: 'load' | 'unload', model: string): SlipwayError {
  return new SlipwayError(
    'permission_denied',
    cut(
      `failed to ${action} '${model}', explicit model load / unload is not allowed: the deployment of the service decides which models it has. Update the service to change them.`,
    ),
  );
}

/** Parameters of a request to load a model that would put another configuration, or other files, in the place of its own. */
const OVERRIDE = /^(?:config$|file:)/;

/** The error of a request to load a model otherwise than it is deployed, if that is what its parameters ask for. */
export function refuseOverride(model: string, parameters: Iterable<string>): SlipwayError | undefined {
  for (const name of parameters) {
    if (OVERRIDE.test(name)) {
      return new SlipwayError(
        'unsupported',
        cut(
          `failed to load '${model}', parameter '${name}' is not supported: a model is loaded as the service was deployed. Load it without, or update the service.`,
        ),
      );
    }
  }
  return undefined;
}

const QUEUE_FULL = 'Exceeds maximum queue size';
const WAITED_TOO_LONG = 'Request timeout expired';

/** What an overload is told as: the stock server's words, which clients look for, stand before ours. */
export function overloadMessage({ message, details }: SlipwayError): string {
  const reason = details?.['maxQueueWaitMs'] === undefined ? QUEUE_FULL : WAITED_TOO_LONG;
  return `${reason}: ${message}`;
}

/** What a request whose own timeout was over before its turn is told; `undefined` for any other error. */
export function ownTimeoutMessage({ message, details }: SlipwayError): string | undefined {
  return details?.['requestTimeoutMs'] === undefined ? undefined : `${WAITED_TOO_LONG}: ${message}`;
}

/** Names as the stock server lists them. */
export function listNames(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(',')}]`;
}

/**
 * The closed list of error codes, each with the sentence that `docs/reference/errors.md` prints for it.
 * A protocol maps a code to its own status in one switch; nothing below a protocol knows a status number.
 */
export const ERROR_CODES = {
  invalid_argument: 'A field of the request is missing, malformed or out of range. Mend the field it names.',
  invalid_model:
    'The model file cannot be read or run. The message names the file and what is wrong with it.',
  script_failed:
    'The entry script could not be started, or its process ended or broke the rules while it ran. The log of the service says why.',
  not_found: 'Nothing of that kind has that name here.',
  already_exists: 'The name is taken. Choose another, or ask for an overwrite where that is offered.',
  in_use: 'Something else still needs it. `details.users` lists what; remove that first.',
  precondition_failed: 'It has changed since it was read. Read it again and repeat the change.',
  conflict: 'The present state does not allow the request. The message says what must happen first.',
  unauthenticated: 'No key or token was sent, or it is wrong or expired.',
  permission_denied: 'The caller is known but may not do this.',
  payload_too_large: 'The body is larger than the limit. The message names both.',
  unsupported_media_type: 'The body is in a format or encoding that is not read here.',
  method_not_allowed: 'The address exists, but not for this method.',
  unschedulable: 'The target has no room for it. The message holds the numbers asked for and free.',
  overloaded: 'The queue is full or the wait was too long. Try again after a pause.',
  unavailable: 'Nothing is ready to answer. Try again after a pause.',
  deadline_exceeded: 'It took longer than its limit and was given up.',
  cancelled: 'The caller gave it up before it was done.',
  corrupt: 'Stored bytes do not match their digest. Restore or register them again.',
  storage_full:
    'The disk or the folder of the installation cannot take more bytes. Nothing was half written.',
  unsupported: 'A correct request for something that Slipway does not do. The message says what to use.',
  internal: 'A defect in Slipway. The log has the details under the request id.',
} as const;

/** One of the closed list of error codes. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** What the codes of errors of graphs (`@slipway/graph`, which knows nothing of the others) are called here. */
export const GRAPH_ERROR_CODES = {
  invalid_file: 'invalid_model',
  invalid_graph: 'invalid_model',
  unsupported: 'unsupported',
  invalid_argument: 'invalid_argument',
} as const satisfies Readonly<Record<string, ErrorCode>>;

/** The plain form of an error: what crosses a process boundary. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The only error that Slipway throws on purpose. `message` is one sentence for a person: what was wrong,
 * where, and what to do. `details` is for programs: the field, the numbers, the names.
 */
export class SlipwayError extends Error {
  override readonly name = 'SlipwayError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: Readonly<Record<string, unknown>> | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }

  /** The plain form, without stack and cause. */
  toJSON(): ErrorBody {
    return this.details === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, details: this.details };
  }
}

/** True if `code` is on the closed list. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}

/** Builds the error again on the far side of a process boundary; an unknown code becomes `internal`. */
export function errorFromBody(body: { code?: unknown; message?: unknown; details?: unknown }): SlipwayError {
  const code = isErrorCode(body.code) ? body.code : 'internal';
  const message = typeof body.message === 'string' ? body.message : 'The other side gave no reason.';
  const details =
    typeof body.details === 'object' && body.details !== null
      ? (body.details as Record<string, unknown>)
      : undefined;
  return new SlipwayError(code, message, { details });
}

/** Any thrown value as a `SlipwayError`; what was not thrown on purpose becomes `internal` with its cause kept. */
export function toSlipwayError(thrown: unknown): SlipwayError {
  if (thrown instanceof SlipwayError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SlipwayError('internal', message, { cause: thrown });
}

/**
 * - `invalid_file`: the bytes are not what their format promises, or go beyond a limit.
 * - `invalid_graph`: the model can be read, and breaks a rule of its format.
 * - `unsupported`: a form that Slipway does not read; the message says the way round.
 * - `invalid_argument`: the call asks for what the model does not have, or for what an edit cannot do.
 */
export type GraphErrorCode = 'invalid_file' | 'invalid_graph' | 'unsupported' | 'invalid_argument';

/** What all of this package throws for files and calls that are wrong. The message is a sentence for the user. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  readonly code: GraphErrorCode;

  constructor(code: GraphErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

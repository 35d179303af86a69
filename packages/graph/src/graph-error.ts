/**
 * - `invalid_file`: the bytes are not what their format promises, or go beyond a limit.
 * - `invalid_graph`: the model can be read, and breaks a rule of its format.
 * - `unsupported`: a form that Slipway does not read; the message says the way round.
 * - `invalid_argument`: the call asks for what the model does not have, or for what an edit cannot do.
 */
export type GraphErrorCode = 'invalid_file' | 'invalid_graph' | 'unsupported' | 'invalid_argument';

/** A node that cannot be converted exactly. */
export interface RefusedNode {
  readonly node: string;
  readonly op: string;
  readonly why: string;
  /** What to do. */
  readonly instead: string;
}

interface GraphErrorOptions {
  readonly cause?: unknown;
  readonly nodes?: readonly RefusedNode[] | undefined;
}

/** What all of this package throws for files and calls that are wrong. The message is a sentence for the user. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  readonly code: GraphErrorCode;
  /** The nodes that the message tells of, where it does; the first 200 of them. */
  readonly nodes: readonly RefusedNode[];

  constructor(code: GraphErrorCode, message: string, { nodes = [], cause }: GraphErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.nodes = nodes;
  }
}

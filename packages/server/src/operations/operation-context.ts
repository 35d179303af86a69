import { SlipwayError } from '@slipway/contract';
import type { OperationKind } from '@slipway/contract/api';
import type { OperationRecord } from '../store/collections.ts';

/** What a handler says of its work. What is left out stays as it is. */
export interface OperationReport {
  readonly percent?: number;
  readonly message: string;
  readonly level?: 'info' | 'warn' | 'error';
}

/** One operation, for its handler. */
export interface OperationContext {
  readonly operation: OperationRecord;
  /** Fires when somebody wants it cancelled, or the server ends; its reason is a `SlipwayError` or `ServerEnding`. */
  readonly signal: AbortSignal;
  /** Notes progress: a line in the log, and the message of the operation. */
  report(report: OperationReport): Promise<void>;
}

/**
 * Does the work of one kind. It looks at what there is and goes on from there, so that it can be called again
 * after a crash at any point. It returns what was reached, in a sentence, and throws when it cannot be reached;
 * `cancelled` and `deadline_exceeded` end the operation as `Cancelled` and `TimedOut`, everything else as `Failed`.
 */
export type OperationHandler = (context: OperationContext) => Promise<string>;

/** A handler for each kind. */
export type OperationHandlers = Readonly<Record<OperationKind, OperationHandler>>;

/** Why a signal fires when the server ends: the operation stays as it is and is gone on with at the next start. */
export class ServerEnding extends Error {
  override readonly name = 'ServerEnding';
}

/** The error of an operation that somebody wanted to end. */
export function cancelledByRequest(): SlipwayError {
  return new SlipwayError('cancelled', 'The operation was cancelled.');
}

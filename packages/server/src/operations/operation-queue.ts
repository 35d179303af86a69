import type { ModelConvert, OperationKind } from '@slipway/contract/api';
import type { OperationRecord } from '../store/collections.ts';
import type { Stored, Writer } from '../store/store.ts';

/** What a rule says when it leaves long work to the operations. */
export interface OperationOrder {
  readonly workspace: string;
  readonly kind: OperationKind;
  /** `services/digits` */
  readonly resource: string;
  /** The revision to be reached; `null` if there is none to wait for: a deletion, or a change of words alone. */
  readonly revision: number | null;
  /** Of a conversion: what it is to do. */
  readonly conversion?: ModelConvert | undefined;
}

/** The front of the operations: orders go in, in the transaction of the change that they belong to. */
export interface OperationQueue {
  enqueue(writer: Writer, order: OperationOrder): Promise<Stored<OperationRecord>>;
  /** To be called after that transaction: begins work that waits. */
  wake(): void;
  /** Notes the wish; the work ends as `Cancelled` at its next safe point. Throws `not_found`, `conflict` (ended). */
  cancel(workspace: string, id: string): Promise<Stored<OperationRecord>>;
  /** Tells of every change of the operation and every new log line until `signal` fires. */
  watch(id: string, signal: AbortSignal, changed: () => void): void;
}

import type { CollectionSettings, ReplicaSpec, Tensor } from '@slipway/contract';
import type { Log } from '../data-plane/log.ts';
import type { CountedModel } from '../protocols/count.ts';

/**
 * Why something was not collected: too much waited to be written, the disk refused it, the size limit was reached, or it was
 * no data.
 */
export type DropReason = 'buffer' | 'disk' | 'limit' | 'data';

/** What became of records since the replica started. */
export interface CollectedCounts {
  readonly written: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
}

/** A request whose inputs are kept until it is known how it ended. */
export interface OpenRecord {
  /** It was answered; the outputs are copied. */
  answered(status: number | string, outputs: readonly Tensor[]): void;
  /** It failed, and is forgotten; does nothing once it was answered. */
  forget(): void;
}

/** A request to a script and its answer, as they crossed the wire. */
export interface ScriptExchange {
  readonly requestId: string;
  readonly status: number;
  readonly input: Uint8Array;
  readonly prediction: Uint8Array;
}

/** Rows that a script handed to a `ModelDataCollector`. */
export interface CollectedRows {
  readonly requestId: string;
  readonly correlationId: string | null;
  readonly model: string;
  readonly designation: string;
  readonly features: readonly string[] | null;
  /** An array of rows in JSON. */
  readonly rows: Uint8Array;
}

/** Keeps inputs and outputs, beside the way of requests: nothing of it waits, and nothing of it throws. */
export interface Collection {
  /** Begins the record of a request for a model; `undefined` for one that is not collected. Copies its inputs. */
  begin(requestId: string, model: CountedModel, inputs: readonly Tensor[]): OpenRecord | undefined;
  /** Keeps a request of a script with its answer, if its turn comes and both are JSON. */
  exchanged(exchange: ScriptExchange): void;
  /** Keeps what a script collects itself, which is not sampled. */
  collected(rows: CollectedRows): void;
  counts(): CollectedCounts;
  /** Writes what is left until the signal. */
  close(deadline: AbortSignal): Promise<void>;
}

/** Who collects. */
export type CollectingProcess = Pick<ReplicaSpec, 'service' | 'revision' | 'replicaId' | 'models'>;

/** The collection that the settings ask for; without any nothing of it is even loaded. */
export async function openCollection(
  settings: CollectionSettings | null | undefined,
  process: CollectingProcess,
  log: Pick<Log, 'warn' | 'info'>,
): Promise<Collection | undefined> {
  if (settings === null || settings === undefined) return undefined;
  const { createCollection } = await import('./create-collection.ts');
  return createCollection(settings, process, log);
}

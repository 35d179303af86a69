import type { CollectionSettings, Datatype, TensorData } from '@slipway/contract';
import type { DropReason } from './collection.ts';

/** A tensor whose memory is the record's own. */
export interface KeptTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: TensorData;
  /** Of encoded images only size and digest are written. */
  readonly isImage: boolean;
}

/** Where a record belongs. */
interface Placed {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly requestId: string;
  readonly model: string;
  /** A number, or a word where there is none. */
  readonly version: string;
}

export interface InferenceRecord extends Placed {
  readonly kind: 'inference';
  readonly status: string;
  readonly inputs: readonly KeptTensor[];
  readonly outputs: readonly KeptTensor[];
}

export interface ExchangeRecord extends Placed {
  readonly kind: 'exchange';
  readonly status: string;
  /** `name:version` of each model of the service. */
  readonly models: readonly string[];
  readonly input: Uint8Array;
  readonly prediction: Uint8Array;
}

export interface RowsRecord extends Placed {
  readonly kind: 'rows';
  readonly correlationId: string | null;
  readonly designation: string;
  readonly features: readonly string[] | null;
  readonly rows: Uint8Array;
}

export type CollectedRecord = InferenceRecord | ExchangeRecord | RowsRecord;

/** What the thread that writes is started with. */
export interface WriterStart {
  readonly settings: CollectionSettings;
  /** Of the replica: no two write the same file. */
  readonly replicaId: string;
}

export type ToWriter =
  | { readonly kind: 'records'; readonly records: readonly CollectedRecord[]; readonly bytes: number }
  | { readonly kind: 'close' };

export type FromWriter =
  /** Records that were told together are in their files or lost; their memory is free. */
  | {
      readonly kind: 'done';
      readonly bytes: number;
      readonly written: number;
      readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
    }
  /** Something that people must know. */
  | { readonly kind: 'tell'; readonly level: 'info' | 'warn'; readonly message: string }
  | { readonly kind: 'closed' };

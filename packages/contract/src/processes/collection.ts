/** How collected data is written; docs/decisions/0017-collected-data.md says why these. */
export type CollectedFormat = 'jsonl' | 'csv' | 'parquet';

/** What a replica keeps of requests and answers, and where. */
export interface CollectionSettings {
  /** Absolute path of the service's folder, which all its replicas share. */
  readonly dir: string;
  /** `null`: CSV for what scripts collect themselves, JSON Lines for requests. */
  readonly format: CollectedFormat | null;
  /** Part of the requests that are collected, from 0 to 1. */
  readonly sampleRatio: number;
  /** Bytes that the folder may hold. */
  readonly maxBytes: number;
  /** Days that are kept, today among them. */
  readonly keepDays: number;
}

/** A row that could not be read, which therefore counts as an error. */
export interface UnreadableRow {
  /** Counted from 1. */
  readonly row: number;
  readonly reason: string;
}

/** What `run` is given at once. */
export type MiniBatch = MiniBatchOfFiles | MiniBatchOfRows;

interface Common {
  /** The same for the same input and size, in every process of a job. */
  readonly index: number;
  /** How many items it has, those that cannot be read included. */
  readonly items: number;
  /** Part of the input up to its end, 0 to 1. */
  readonly fraction: number;
}

export interface MiniBatchOfFiles extends Common {
  readonly kind: 'files';
  /** Absolute. */
  readonly paths: readonly string[];
  /** The same, relative to the input. */
  readonly names: readonly string[];
}

export interface MiniBatchOfRows extends Common {
  readonly kind: 'rows';
  /** Relative to the input. */
  readonly file: string;
  /** Each row as JSON text, with its number in the file, counted from 1. */
  readonly rows: readonly { readonly row: number; readonly json: string }[];
  readonly unreadable: readonly UnreadableRow[];
}

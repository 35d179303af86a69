import type { UnreadableRow } from './mini-batch.ts';

/** A row of a table as JSON text, or why it is none. `bytes` is what it takes of a mini-batch. */
export type Row = { readonly row: number; readonly json: string; readonly bytes: number } | UnreadableRow;

/** Bytes of the longest row: a longer one is no row, but a file of another kind. */
export const MAX_ROW_BYTES = 64 * 1024 ** 2;

/** A file of JSON Lines that becomes one of Parquet. */
export interface Packing {
  readonly file: string;
  readonly columns: readonly string[];
  /** The column that holds moments, if one does. */
  readonly timeColumn: string | undefined;
  /** Whether the disk may take so many bytes. */
  readonly hasRoom: (bytes: number) => boolean;
}

/** The Parquet file that a file of JSON Lines becomes. */
export function packedName(file: string): string {
  return file.replace(/\.jsonl$/, '.parquet');
}

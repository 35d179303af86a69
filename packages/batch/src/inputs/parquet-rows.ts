import { SlipwayError } from '@slipway/contract';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Row } from './rows.ts';

/**
 * The rows of a Parquet file as objects, read a row group at a time. Whole numbers of 64 bits stay exact; times become text (ISO
 * 8601), bytes that are no text become base64, NaN becomes null. Throws `invalid_argument` if the file is none.
 */
export async function* readParquet(path: string): AsyncGenerator<Row> {
  let row = 0;
  for await (const objects of rowGroups(path)) {
    for (const object of objects) {
      row += 1;
      const json = toJson(object);
      yield { row, json, bytes: Buffer.byteLength(json) };
    }
  }
}

async function* rowGroups(path: string): AsyncGenerator<readonly Record<string, unknown>[]> {
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      yield await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd });
      rowStart = rowEnd;
    }
  } catch (cause) {
    throw new SlipwayError(
      'invalid_argument',
      `${path} cannot be read as Parquet: ${(cause as Error).message}.`,
      { cause },
    );
  }
}

/** The compiler does not know it yet: https://tc39.es/proposal-json-parse-with-source/ */
const { rawJSON: rawJson } = JSON as typeof JSON & { rawJSON(text: string): unknown };

/** Any value of a column as JSON. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return rawJson(String(inner));
    if (inner === Number.POSITIVE_INFINITY) return rawJson('1e999');
    if (inner === Number.NEGATIVE_INFINITY) return rawJson('-1e999');
    if (inner instanceof Uint8Array) return Buffer.from(inner).toString('base64');
    return inner;
  });
}

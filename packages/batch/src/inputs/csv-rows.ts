import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { SlipwayError } from '@slipway/contract';
import { parse } from 'csv-parse';
import { cellJson } from './cell-json.ts';
import { MAX_ROW_BYTES, type Row } from './rows.ts';

/**
 * The rows of a CSV file (RFC 4180) whose first line names the columns, as objects. A cell that is a number or `true` or `false` is
 * that; an empty one is `null`; all else is text. A row with more or fewer cells than the first is unreadable. Throws
 * `invalid_argument` if the file is no CSV, or names a column twice.
 */
export async function* readCsv(path: string): AsyncGenerator<Row> {
  const parser = parse({
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
  });
  // How it ended is heard from the parser, which the pipeline destroys with the reason.
  pipeline(createReadStream(path), parser, () => undefined);
  let columns: readonly string[] | undefined;
  let row = 0;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (columns === undefined) {
        columns = columnNames(path, cells);
        continue;
      }
      row += 1;
      yield rowOf(row, columns, cells);
    }
  } catch (cause) {
    if (cause instanceof SlipwayError) throw cause;
    throw new SlipwayError(
      'invalid_argument',
      `${path} cannot be read as CSV: ${(cause as Error).message}.`,
      {
        cause,
      },
    );
  } finally {
    parser.destroy();
  }
}

function columnNames(path: string, cells: readonly string[]): readonly string[] {
  const twice = cells.find((name, index) => cells.indexOf(name) !== index);
  if (twice === undefined) return cells.map((name) => `${JSON.stringify(name)}:`);
  throw new SlipwayError(
    'invalid_argument',
    `${path} names the column "${twice}" twice in its first line: rename one of them.`,
  );
}

function rowOf(row: number, columns: readonly string[], cells: readonly string[]): Row {
  if (cells.length !== columns.length) {
    return {
      row,
      reason: `It has ${cells.length} cells, but the first line names ${columns.length} columns.`,
    };
  }
  const json = `{${cells.map((cell, index) => columns[index] + cellJson(cell)).join(',')}}`;
  return { row, json, bytes: Buffer.byteLength(json) };
}

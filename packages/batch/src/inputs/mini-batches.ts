import type { BatchFormat } from '@slipway/contract';
import type { MiniBatchSize } from '../settings/settings.ts';
import { readCsv } from './csv-rows.ts';
import { readJsonLines } from './json-lines.ts';
import type { InputFile, InputListing } from './list-input.ts';
import type { MiniBatch, MiniBatchOfRows, UnreadableRow } from './mini-batch.ts';
import { readParquet } from './parquet-rows.ts';
import type { Row } from './rows.ts';

const READERS: Readonly<Record<Exclude<BatchFormat, 'files'>, (path: string) => AsyncGenerator<Row>>> = {
  jsonl: readJsonLines,
  csv: readCsv,
  parquet: readParquet,
};

/**
 * Cuts the input into mini-batches, one after the other as they are asked for, the same ones each time. One of rows has at least
 * one row and no more bytes than `size` says, unless its only row has; it never goes on in another file.
 */
export async function* cutMiniBatches(
  { format, files }: InputListing,
  size: MiniBatchSize,
): AsyncGenerator<MiniBatch> {
  if (format === 'files') yield* cutFiles(files, size.files);
  else yield* cutTables(files, READERS[format], size.bytes);
}

function* cutFiles(files: readonly InputFile[], most: number): Generator<MiniBatch> {
  for (let start = 0, index = 0; start < files.length; start += most, index += 1) {
    const taken = files.slice(start, start + most);
    yield {
      kind: 'files',
      index,
      items: taken.length,
      fraction: (start + taken.length) / files.length,
      paths: taken.map(({ path }) => path),
      names: taken.map(({ name }) => name),
    };
  }
}

async function* cutTables(
  files: readonly InputFile[],
  read: (path: string) => AsyncGenerator<Row>,
  mostBytes: number,
): AsyncGenerator<MiniBatch> {
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let index = 0;
  let bytesBefore = 0;
  for (const file of files) {
    let bytesOfRows = 0;
    for await (const rows of cutRows(read(file.path), mostBytes)) {
      for (const row of rows) bytesOfRows += bytesOf(row);
      // Rows of some formats take more bytes here than in their file.
      const bytesDone = bytesBefore + Math.min(bytesOfRows, file.bytes);
      yield miniBatchOf(file.name, index, rows, bytesDone / totalBytes);
      index += 1;
    }
    bytesBefore += file.bytes;
  }
}

async function* cutRows(rows: AsyncIterable<Row>, mostBytes: number): AsyncGenerator<readonly Row[]> {
  let taken: Row[] = [];
  let bytes = 0;
  for await (const row of rows) {
    const more = bytesOf(row);
    if (taken.length > 0 && bytes + more > mostBytes) {
      yield taken;
      taken = [];
      bytes = 0;
    }
    taken.push(row);
    bytes += more;
  }
  if (taken.length > 0) yield taken;
}

function bytesOf(row: Row): number {
  return 'bytes' in row ? row.bytes : 0;
}

function miniBatchOf(file: string, index: number, all: readonly Row[], fraction: number): MiniBatchOfRows {
  const unreadable = all.filter((row): row is UnreadableRow => 'reason' in row);
  const rows = all.filter((row) => 'json' in row).map(({ row, json }) => ({ row, json }));
  return { kind: 'rows', index, items: all.length, fraction, file, rows, unreadable };
}

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { finishJson, putText, startJson } from '../json/output.ts';
import { putTensor } from '../json/write-tensor.ts';
import { isDense } from '../models/elements.ts';
import type { CollectedRecord, ExchangeRecord, InferenceRecord, KeptTensor, RowsRecord } from './messages.ts';

/** A value that is written as this JSON text. */
export interface JsonText {
  readonly json: string;
}

export type Cell = string | number | boolean | null | JsonText;

/** Rows of one kind, and the folder that they belong in: model, version, designation. */
export interface Table {
  readonly place: readonly [model: string, version: string, designation: string];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Values that are longer are told by their size and digest, as images are. */
export const MAX_VALUE_BYTES = 4 * 1024 * 1024;

/** The column of moments in the tables of requests. */
export const TIME_COLUMN = 'time';

/** The folder of requests and answers, where a collector of a script has its designation. */
const REQUESTS = 'requests';

/** What a record says, as rows of columns; `undefined` for rows that are no JSON array of arrays. */
export function tableOf(record: CollectedRecord): Table | undefined {
  switch (record.kind) {
    case 'inference':
      return inferenceTable(record);
    case 'exchange':
      return exchangeTable(record);
    case 'rows':
      return rowsTable(record);
  }
}

function inferenceTable(record: InferenceRecord): Table {
  const { requestId, time, model, version, status, inputs, outputs } = record;
  return {
    place: [model, version, REQUESTS],
    columns: ['request_id', 'time', 'model', 'version', 'status', 'inputs', 'outputs'],
    rows: [
      [requestId, isoTime(time), model, Number(version), status, tensorsJson(inputs), tensorsJson(outputs)],
    ],
  };
}

function exchangeTable(record: ExchangeRecord): Table {
  const { requestId, time, model, version, status, models, input, prediction } = record;
  return {
    place: [model, version, REQUESTS],
    columns: ['request_id', 'time', 'models', 'status', 'input', 'prediction'],
    rows: [[requestId, isoTime(time), models.join(','), status, jsonBody(input), jsonBody(prediction)]],
  };
}

function rowsTable({
  requestId,
  model,
  version,
  designation,
  correlationId,
  features,
  rows,
}: RowsRecord): Table | undefined {
  const values = readRows(rows);
  if (values === undefined) return undefined;
  const width = values.reduce((most, row) => Math.max(most, row.length), features?.length ?? 0);
  const names = Array.from({ length: width }, (_, index) => features?.[index] ?? `column_${index + 1}`);
  return {
    place: [model, version, designation],
    columns: distinct(['request_id', 'correlation_id', ...names]),
    rows: values.map((row) => [
      requestId,
      correlationId,
      ...Array.from({ length: width }, (_, index) => cellOf(row[index])),
    ]),
  };
}

function readRows(text: Uint8Array): readonly (readonly unknown[])[] | undefined {
  try {
    const rows: unknown = JSON.parse(Buffer.from(text).toString());
    return Array.isArray(rows) && rows.every(Array.isArray) ? rows : undefined;
  } catch {
    return undefined;
  }
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}

/** The body as it crossed the wire; `null` if it is no JSON or too long. */
function jsonBody(body: Uint8Array): string | null {
  if (body.length > MAX_VALUE_BYTES || !isUtf8(body)) return null;
  const text = Buffer.from(body).toString();
  try {
    JSON.parse(text);
    return text;
  } catch {
    return null;
  }
}

function tensorsJson(tensors: readonly KeptTensor[]): JsonText {
  const output = startJson();
  putText(output, '[');
  for (const [index, tensor] of tensors.entries()) {
    const { name, datatype, shape } = tensor;
    const head = JSON.stringify({ name, datatype, shape }).slice(0, -1);
    putText(output, `${index > 0 ? ',' : ''}${head}`);
    if (isTold(tensor)) {
      putText(output, ',"data":');
      if (isAllFinite(tensor))
        putTensor(output, { datatype, shape: [tensor.data.length], data: tensor.data });
      else putText(output, JSON.stringify(Array.from(tensor.data as Float32Array, finiteOrWord)));
    } else putText(output, `,"omitted":${JSON.stringify(partsOf(tensor).map(digestOf))}`);
    putText(output, '}');
  }
  putText(output, ']');
  return { json: finishJson(output).toString() };
}

function isTold({ data, isImage }: KeptTensor): boolean {
  if (isImage) return false;
  if (isDense(data)) return data.byteLength <= MAX_VALUE_BYTES;
  const bytes = data.reduce((sum, { length }) => sum + length, 0);
  return bytes <= MAX_VALUE_BYTES && data.every((element) => isUtf8(element));
}

/** JSON has no numbers for what is not finite. */
function isAllFinite({ data }: KeptTensor): boolean {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return true;
  return (data as Float64Array).every(Number.isFinite);
}

function finiteOrWord(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function partsOf({ data }: KeptTensor): readonly Uint8Array[] {
  return isDense(data) ? [new Uint8Array(data.buffer, data.byteOffset, data.byteLength)] : data;
}

function digestOf(part: Uint8Array): { readonly bytes: number; readonly sha256: string } {
  return { bytes: part.length, sha256: createHash('sha256').update(part).digest('hex') };
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return { json: JSON.stringify(value) };
}

/** A name that comes again gets a number: columns are told apart by their names. */
function distinct(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let number = 2; taken.has(free); number++) free = `${name}_${number}`;
    taken.add(free);
    return free;
  });
}

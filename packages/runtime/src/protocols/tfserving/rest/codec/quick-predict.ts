import type { Datatype, Signature, Tensor, TensorSpec } from '@slipway/contract';
import { BYTE, type JsonCursor, openJson, peek } from '../../../../json/cursor.ts';
import { readItems, readMembers } from '../../../../json/read-members.ts';
import { readNested } from '../../../../json/read-nested.ts';
import { readText } from '../../../../json/read-strings.ts';
import { readTensor, type TensorReader, tensorReader } from '../../../../json/read-tensor.ts';
import { skipValue } from '../../../../json/skip-value.ts';
import { isDefaultSignature } from '../../signatures.ts';
import { isBase64Object } from './json-values.ts';
import type { PredictCall } from './predict-call.ts';

/** Types that the stock server cannot read from JSON. */
const UNREADABLE: ReadonlySet<Datatype> = new Set(['FP16', 'BF16', 'UINT16']);

/**
 * Reads the bodies that clients send, in one pass and straight into typed arrays. `undefined` for every body that is
 * wrong or only unusual: `decodeCarefully` reads it then, and says what is wrong. Where both read a body, they agree.
 */
export function decodeQuickly(body: Uint8Array, { inputs: specs }: Signature): PredictCall | undefined {
  if (specs.length === 0 || specs.some(({ datatype }) => UNREADABLE.has(datatype))) return undefined;
  const cursor = openJson(body);
  const calls: (PredictCall | undefined)[] = [];
  readMembers(cursor, (key) => {
    if (key === 'instances') calls.push(readRows(cursor, specs));
    else if (key === 'inputs') calls.push(readColumns(cursor, specs));
    else if (key === 'signature_name') readDefaultName(cursor, calls);
    else skipValue(cursor);
  });
  return cursor.problem === undefined && calls.length === 1 ? calls[0] : undefined;
}

/** Any other signature is an error, which is not told here. */
function readDefaultName(cursor: JsonCursor, calls: (PredictCall | undefined)[]): void {
  peek(cursor);
  const name = readText(cursor);
  if (name === undefined || !isDefaultSignature(name)) calls.push(undefined, undefined);
}

function readRows(cursor: JsonCursor, specs: readonly TensorSpec[]): PredictCall | undefined {
  const inputs = hasObjectsOnly(cursor) ? readObjects(cursor, specs) : readWhole(cursor, specs);
  // A scalar is no list of instances, and an empty list is refused.
  const isList = inputs?.every(({ shape }) => (shape[0] ?? 0) > 0) ?? false;
  return inputs !== undefined && isList ? { inputs, format: 'row' } : undefined;
}

function readColumns(cursor: JsonCursor, specs: readonly TensorSpec[]): PredictCall | undefined {
  const isPlain = peek(cursor) !== BYTE.openObject || isBase64Object(cursor);
  const inputs = isPlain ? readWhole(cursor, specs) : readNamed(cursor, specs);
  return inputs && { inputs, format: 'column' };
}

/** The value that comes next as the only input. */
function readWhole(cursor: JsonCursor, specs: readonly TensorSpec[]): readonly Tensor[] | undefined {
  const [spec, ...others] = specs;
  if (spec === undefined || others.length > 0) return undefined;
  const tensor = readInput(cursor, spec);
  return tensor && [tensor];
}

function readNamed(cursor: JsonCursor, specs: readonly TensorSpec[]): readonly Tensor[] | undefined {
  const byName = new Map<string, Tensor>();
  readMembers(cursor, (key) => {
    const spec = specs.find(({ name }) => name === key);
    const tensor = spec && readInput(cursor, spec);
    if (spec === undefined) skipValue(cursor);
    else if (tensor !== undefined) byName.set(key, tensor);
  });
  const tensors = specs.map(({ name }) => byName.get(name));
  return tensors.every((tensor) => tensor !== undefined) ? tensors : undefined;
}

function readInput(cursor: JsonCursor, spec: TensorSpec): Tensor | undefined {
  const value = readTensor(cursor, spec, '');
  return value && { name: spec.name, datatype: spec.datatype, ...value };
}

/** True if the first instance is an object that names its inputs. */
function hasObjectsOnly(cursor: JsonCursor): boolean {
  const start = cursor.offset;
  if (peek(cursor) === BYTE.openArray) cursor.offset += 1;
  const isNamed = peek(cursor) === BYTE.openObject && !isBase64Object(cursor);
  cursor.offset = start;
  return isNamed;
}

/** An input that gets a value from each instance. */
interface Column {
  readonly spec: TensorSpec;
  readonly reader: TensorReader;
  /** Shape of the values, which is the same for all. */
  shape: readonly number[] | undefined;
  rows: number;
}

/** Instances that are objects with exactly the inputs' names. */
function readObjects(cursor: JsonCursor, specs: readonly TensorSpec[]): readonly Tensor[] | undefined {
  const columns = new Map<string, Column>();
  for (const spec of specs) {
    columns.set(spec.name, { spec, reader: tensorReader(spec.datatype, 0), shape: undefined, rows: 0 });
  }
  let rows = 0;
  let areAlike = true;
  readItems(cursor, () => {
    let members = 0;
    rows += 1;
    readMembers(cursor, (key) => {
      members += 1;
      const column = columns.get(key);
      if (column === undefined) skipValue(cursor);
      areAlike &&= column !== undefined && readCell(cursor, column);
    });
    areAlike &&= members === columns.size;
  });
  if (cursor.problem !== undefined || !areAlike) return undefined;
  return [...columns.values()].map((column) => finishColumn(column, rows));
}

/** False if the value is wrong, or shaped otherwise than those before. */
function readCell(cursor: JsonCursor, column: Column): boolean {
  const shape = readNested(cursor, column.reader);
  if (shape === undefined) return false;
  column.shape ??= shape;
  return shape.length === column.shape.length && shape.every((size, axis) => size === column.shape?.[axis]);
}

function finishColumn({ spec, reader, shape = [] }: Column, rows: number): Tensor {
  return { name: spec.name, datatype: spec.datatype, shape: [rows, ...shape], data: reader.finish() };
}

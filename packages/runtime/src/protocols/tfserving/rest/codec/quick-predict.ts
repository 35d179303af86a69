import type { Datatype, Signature, Tensor, TensorSpec } from '@slipway/contract';
import { BYTE, type JsonCursor, openJson, peek } from '../../../../json/cursor.ts';
import { readItems, readMembers } from '../../../../json/read-members.ts';
import { readNested } from '../../../../json/read-nested.ts';
import { readText } from '../../../../json/read-strings.ts';
import { readTensor, type TensorReader, tensorReader } from '../../../../json/read-tensor.ts';
import { skipValue } from '../../../../json/skip-value.ts';
import { acceptedNames, answerNaming, type NamedSpec, type SpecsByName } from '../../../tensor-names.ts';
import { isDefaultSignature } from '../../signatures.ts';
import { isBase64Object } from './json-values.ts';
import type { PredictCall } from './predict-call.ts';

/** Types that the stock server cannot read from JSON. */
const UNREADABLE: ReadonlySet<Datatype> = new Set(['FP16', 'BF16', 'UINT16']);

/** Inputs as they were read, and as the body names them. */
interface ReadInputs {
  readonly inputs: readonly Tensor[];
  readonly used: readonly NamedSpec[];
}

/**
 * Reads the bodies that clients send, in one pass and straight into typed arrays. `undefined` for every body that is
 * wrong or only unusual: `decodeCarefully` reads it then, and says what is wrong. Where both read a body, they agree.
 */
export function decodeQuickly(body: Uint8Array, signature: Signature): PredictCall | undefined {
  const { inputs: specs } = signature;
  if (specs.length === 0 || specs.some(({ datatype }) => UNREADABLE.has(datatype))) return undefined;
  const names = acceptedNames(signature).inputs;
  const cursor = openJson(body);
  const calls: (PredictCall | undefined)[] = [];
  readMembers(cursor, (key) => {
    if (key === 'instances') calls.push(readRows(cursor, specs, names));
    else if (key === 'inputs') calls.push(readColumns(cursor, specs, names));
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

function readRows(
  cursor: JsonCursor,
  specs: readonly TensorSpec[],
  names: SpecsByName,
): PredictCall | undefined {
  const read = hasObjectsOnly(cursor) ? readObjects(cursor, specs, names) : readWhole(cursor, specs);
  // A scalar is no list of instances, and an empty list is refused.
  const isList = read?.inputs.every(({ shape }) => (shape[0] ?? 0) > 0) ?? false;
  return read !== undefined && isList ? called(read, 'row') : undefined;
}

function readColumns(
  cursor: JsonCursor,
  specs: readonly TensorSpec[],
  names: SpecsByName,
): PredictCall | undefined {
  const isPlain = peek(cursor) !== BYTE.openObject || isBase64Object(cursor);
  const read = isPlain ? readWhole(cursor, specs) : readNamed(cursor, specs, names);
  return read && called(read, 'column');
}

function called({ inputs, used }: ReadInputs, format: PredictCall['format']): PredictCall {
  return { inputs, format, naming: answerNaming(used, 'key') };
}

/** The value that comes next as the only input. */
function readWhole(cursor: JsonCursor, specs: readonly TensorSpec[]): ReadInputs | undefined {
  const [spec, ...others] = specs;
  if (spec === undefined || others.length > 0) return undefined;
  const tensor = readInput(cursor, spec);
  return tensor && { inputs: [tensor], used: [] };
}

/** An input that comes under two of its names is only unusual. */
function readNamed(
  cursor: JsonCursor,
  specs: readonly TensorSpec[],
  names: SpecsByName,
): ReadInputs | undefined {
  const found = new Map<TensorSpec, Tensor>();
  const used: NamedSpec[] = [];
  readMembers(cursor, (key) => {
    const named = names.get(key);
    const tensor = named && readInput(cursor, named.spec);
    if (named === undefined) skipValue(cursor);
    else if (tensor !== undefined) {
      found.set(named.spec, tensor);
      used.push(named);
    }
  });
  const inputs = specs.map((spec) => found.get(spec));
  const areAll = inputs.every((tensor) => tensor !== undefined);
  return areAll && used.length === specs.length ? { inputs, used } : undefined;
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

/** Instances that are objects with exactly the inputs' names. The first one decides how the outputs are named. */
function readObjects(
  cursor: JsonCursor,
  specs: readonly TensorSpec[],
  names: SpecsByName,
): ReadInputs | undefined {
  const columns = specs.map((spec): Column => {
    return { spec, reader: tensorReader(spec.datatype, 0), shape: undefined, rows: 0 };
  });
  const byName = new Map<string, Column>();
  for (const [name, { spec }] of names) {
    const column = columns[specs.indexOf(spec)];
    if (column !== undefined) byName.set(name, column);
  }
  const used: NamedSpec[] = [];
  let rows = 0;
  let areAlike = true;
  readItems(cursor, () => {
    let members = 0;
    rows += 1;
    readMembers(cursor, (key) => {
      members += 1;
      const column = byName.get(key);
      if (column === undefined) skipValue(cursor);
      else if (rows === 1) use(names.get(key), used);
      areAlike &&= column !== undefined && readCell(cursor, column, rows);
    });
    areAlike &&= members === columns.length;
  });
  if (cursor.problem !== undefined || !areAlike) return undefined;
  return { inputs: columns.map((column) => finishColumn(column, rows)), used };
}

function use(named: NamedSpec | undefined, used: NamedSpec[]): void {
  if (named !== undefined) used.push(named);
}

/** False if the value is wrong, shaped otherwise than those before, or the row's second under another name. */
function readCell(cursor: JsonCursor, column: Column, row: number): boolean {
  const shape = readNested(cursor, column.reader);
  if (shape === undefined) return false;
  column.shape ??= shape;
  column.rows += 1;
  const isAlike =
    shape.length === column.shape.length && shape.every((size, axis) => size === column.shape?.[axis]);
  return isAlike && column.rows === row;
}

function finishColumn({ spec, reader, shape = [] }: Column, rows: number): Tensor {
  return { name: spec.name, datatype: spec.datatype, shape: [rows, ...shape], data: reader.finish() };
}

import { elementCount, type Signature, SlipwayError, type Tensor, type TensorSpec } from '@slipway/contract';
import type { JsonCursor } from '../../../../json/cursor.ts';
import { skipAnyValue } from '../../../../json/skip-any-value.ts';
import {
  acceptedNames,
  answerNaming,
  keyOf,
  type NamedSpec,
  type SpecsByName,
} from '../../../tensor-names.ts';
import { unknownPredictSignature } from '../../signatures.ts';
import {
  type Document,
  indexMembers,
  memberOf,
  readDocument,
  readSignatureName,
  wrongDocument,
} from './document.ts';
import { excerpt } from './excerpt.ts';
import { fillTensor } from './fill-tensor.ts';
import { isBase64Object, nextType, visitItems, visitMembers } from './json-values.ts';
import type { PredictCall } from './predict-call.ts';
import { asStatus, invalid } from './refusals.ts';
import { type ValueReader, valueReader } from './value-reader.ts';

/** Reads any predict body in the order in which the stock server does, so that what it finds wrong first is told. */
export function decodeCarefully(body: Uint8Array, signature: Signature): PredictCall | SlipwayError {
  const document = readDocument(body);
  if (document instanceof SlipwayError) return document;
  const name = readSignatureName(document);
  if (name instanceof SlipwayError) return name;
  const unknown = unknownPredictSignature(name);
  if (unknown !== undefined) return unknown;
  const { inputs: specs } = signature;
  if (specs.length === 0) {
    return invalid(`Failed to get input map for signature: ${name === '' ? 'DEFAULT' : name}`);
  }
  const instances = memberOf(document, 'instances');
  const inputs = memberOf(document, 'inputs');
  if (instances !== undefined && inputs !== undefined) {
    const text = "Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist ";
    return wrongDocument(document, text);
  }
  const names = acceptedNames(signature).inputs;
  const used: NamedSpec[] = [];
  if (instances !== undefined) {
    return called(readInstances(document, instances, specs, { names, used }), 'row', used);
  }
  if (inputs !== undefined) return called(readInputs(inputs, specs, { names, used }), 'column', used);
  return invalid("Missing 'inputs' or 'instances' key");
}

function called(
  inputs: readonly Tensor[] | SlipwayError,
  format: PredictCall['format'],
  used: readonly NamedSpec[],
): PredictCall | SlipwayError {
  if (inputs instanceof SlipwayError) return inputs;
  return { inputs, format, naming: answerNaming(used, 'key') };
}

/** The names that a body may use for inputs, and those that it does, in the first instance if it has several. */
interface InputNames {
  readonly names: SpecsByName;
  readonly used: NamedSpec[];
}

/** An input while its values are read: one from each instance. */
interface Column {
  readonly spec: TensorSpec;
  readonly reader: ValueReader;
  /** Shape of the first value, which all others must have. */
  shape: readonly number[] | undefined;
}

function readInstances(
  document: Document,
  cursor: JsonCursor,
  specs: readonly TensorSpec[],
  inputNames: InputNames,
): readonly Tensor[] | SlipwayError {
  if (nextType(cursor) !== 'Array') {
    return wrongDocument(document, "Expecting 'instances' to be an list/array");
  }
  const form = firstForm(cursor);
  if (form === undefined) return wrongDocument(document, "No values in 'instances' array");
  if (form !== 'Object' && form !== 'Base64' && specs.length > 1) {
    return invalid(
      'instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map',
    );
  }
  const columns = specs.map((spec): Column => {
    return { spec, reader: valueReader(spec.datatype), shape: undefined };
  });
  let rows = 0;
  const error = visitItems(cursor, (row) => {
    rows += 1;
    return form === 'Object' ? readObject(cursor, row, columns, inputNames) : readPlain(cursor, row, columns);
  });
  return error ?? finishColumns(columns, rows);
}

/** What the first instance is: an object that names inputs, bytes as an object, or a plain value. */
function firstForm(cursor: JsonCursor): 'Object' | 'Base64' | 'Plain' | undefined {
  const start = cursor.offset;
  const form = visitItems(cursor, () => {
    if (isBase64Object(cursor)) return 'Base64';
    return nextType(cursor) === 'Object' ? 'Object' : 'Plain';
  });
  cursor.offset = start;
  return form;
}

function isNamedObject(cursor: JsonCursor): boolean {
  return nextType(cursor) === 'Object' && !isBase64Object(cursor);
}

function readObject(
  cursor: JsonCursor,
  row: number,
  columns: readonly Column[],
  { names, used }: InputNames,
): SlipwayError | undefined {
  if (!isNamedObject(cursor)) return invalid(`Expecting object but got list at item ${row} of input list`);
  const { bytes, offset: start } = cursor;
  const seen = new Set<string>();
  const filled = new Set<Column>();
  const wrong = visitMembers(cursor, (key) => {
    const named = names.get(key);
    const column = columns.find(({ spec }) => spec === named?.spec);
    const again = seen.has(key) || (column !== undefined && filled.has(column));
    seen.add(key);
    if (again) {
      skipAnyValue(cursor);
      return undefined;
    }
    if (row === 0 && named !== undefined) used.push(named);
    if (column !== undefined) filled.add(column);
    const error =
      column === undefined
        ? invalid(`JSON object: does not have named input: ${key}`)
        : readCell(cursor, column);
    return error && wrongElement(row, ` key: ${key}`, error);
  });
  const isWhole = seen.size === columns.length && filled.size === columns.length;
  if (wrong !== undefined || isWhole) return wrong;
  const keys = columns.map(({ spec }) => keyOf(spec)).sort();
  return invalid(
    `Failed to process element: ${row} of 'instances' list. JSON object: ${excerpt(bytes, start)} keys must be equal to: ${keys.join(',')}`,
  );
}

/** With several inputs this fills the first alone, and the data plane says that the others are missing. */
function readPlain(cursor: JsonCursor, row: number, columns: readonly Column[]): SlipwayError | undefined {
  if (isNamedObject(cursor)) {
    return invalid(`Expecting value/list but got object at item ${row} of input list`);
  }
  const error = columns[0] && readCell(cursor, columns[0]);
  return error && wrongElement(row, '', error);
}

/** The error of one instance keeps its code, though the stock server calls it INVALID_ARGUMENT whatever it was. */
function wrongElement(row: number, key: string, error: SlipwayError): SlipwayError {
  const text = `Failed to process element: ${row}${key} of 'instances' list. Error: ${asStatus(error)}`;
  return new SlipwayError(error.code, text);
}

function readCell(cursor: JsonCursor, column: Column): SlipwayError | undefined {
  const shape = fillTensor(cursor, column.reader);
  if (shape instanceof SlipwayError) return shape;
  column.shape ??= shape;
  const expected = elementCount(column.shape);
  const got = elementCount(shape);
  if (expected !== got) return invalid(`Expecting tensor size: ${expected} but got: ${got}`);
  if (String(shape) === String(column.shape)) return undefined;
  return invalid(`Expecting shape [${column.shape}] but got: [${shape}]`);
}

function finishColumns(columns: readonly Column[], rows: number): readonly Tensor[] {
  const tensors: Tensor[] = [];
  for (const { spec, reader, shape } of columns) {
    if (shape === undefined) continue;
    tensors.push({ ...named(spec), shape: [rows, ...shape], data: reader.finish() });
  }
  return tensors;
}

function readInputs(
  cursor: JsonCursor,
  specs: readonly TensorSpec[],
  inputNames: InputNames,
): readonly Tensor[] | SlipwayError {
  if (isNamedObject(cursor)) return readNamed(cursor, specs, inputNames);
  const [only, ...others] = specs;
  if (only === undefined || others.length > 0) {
    return invalid(
      'inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map',
    );
  }
  const tensor = readInput(cursor, only);
  return tensor instanceof SlipwayError ? tensor : [tensor];
}

/** As other names that are not needed, a second one of the same input is passed over. */
function readNamed(
  cursor: JsonCursor,
  specs: readonly TensorSpec[],
  { names, used }: InputNames,
): readonly Tensor[] | SlipwayError {
  const offsets = indexMembers(cursor, [...names.keys()]);
  const tensors: Tensor[] = [];
  for (const spec of specs) {
    const found = [...names].find(([name, named]) => named.spec === spec && offsets.has(name));
    if (found === undefined) return invalid(`Missing named input: ${keyOf(spec)} in 'inputs' object.`);
    const [name, named] = found;
    used.push(named);
    cursor.offset = offsets.get(name) ?? cursor.offset;
    const tensor = readInput(cursor, spec);
    if (tensor instanceof SlipwayError) return tensor;
    tensors.push(tensor);
  }
  return tensors;
}

function readInput(cursor: JsonCursor, spec: TensorSpec): Tensor | SlipwayError {
  const reader = valueReader(spec.datatype);
  const shape = fillTensor(cursor, reader);
  return shape instanceof SlipwayError ? shape : { ...named(spec), shape, data: reader.finish() };
}

function named({ name, datatype }: TensorSpec): Pick<TensorSpec, 'name' | 'datatype'> {
  return { name, datatype };
}

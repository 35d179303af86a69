import { elementCount, type SlipwayError, type TensorData } from '@slipway/contract';
import { failExpecting, type JsonCursor, openJson, peek } from '../../../../json/cursor.ts';
import type { Elements } from '../../../../json/elements.ts';
import { readFlat } from '../../../../json/read-flat.ts';
import { type LongRange, readLongs } from '../../../../json/read-integers.ts';
import { readItems, readMembers } from '../../../../json/read-members.ts';
import { readScalar } from '../../../../json/read-scalar.ts';
import { readText } from '../../../../json/read-strings.ts';
import { tensorReader } from '../../../../json/read-tensor.ts';
import { skipValue } from '../../../../json/skip-value.ts';
import { MAX_BYTES_ELEMENTS } from '../../bytes-tensor.ts';
import { findDatatype } from '../../datatypes.ts';
import type { Parameters, ParameterValue } from '../../parameters.ts';
import { invalid } from '../../refusals.ts';

/** The JSON of an inference request as it stands there, well formed but not yet judged. */
export interface InferBody {
  id: string | undefined;
  parameters: Parameters;
  inputs: readonly InputBody[] | undefined;
  outputs: readonly OutputBody[];
}

/** An input; what was not sent is `undefined`. */
export interface InputBody {
  name: string | undefined;
  datatype: string | undefined;
  shape: BigInt64Array | undefined;
  parameters: Parameters;
  /** Byte at which the value of `data` begins. */
  dataStart: number | undefined;
  /** The elements in `data`, if they are of a datatype that JSON may hold. */
  data: TensorData | undefined;
}

export interface OutputBody {
  name: string | undefined;
  parameters: Parameters;
}

const NONE: Parameters = new Map();

const DIMENSION: LongRange = { datatype: 'a dimension', least: 0n, most: 2n ** 63n - 1n };

/** Shapes of usual rank are read without growing. */
const USUAL_RANK = 4;

/** Reads the JSON of an inference request. Members that the protocol does not know are passed. */
export function readInferBody(json: Uint8Array): InferBody | SlipwayError {
  const cursor = openJson(json);
  const body: InferBody = { id: undefined, parameters: NONE, inputs: undefined, outputs: [] };
  readMembers(cursor, (key) => {
    if (key === 'id') body.id = inField(cursor, 'id', readTextHere);
    else if (key === 'parameters') body.parameters = inField(cursor, 'parameters', readParameters);
    else if (key === 'inputs') body.inputs = inField(cursor, 'inputs', readInputs);
    else if (key === 'outputs') body.outputs = inField(cursor, 'outputs', readOutputs);
    else skipValue(cursor);
  });
  endJson(cursor);
  return jsonError(cursor) ?? body;
}

/** Elements of BYTES that all inputs of a request may still have. */
interface StringBudget {
  left: number;
}

function readInputs(cursor: JsonCursor): InputBody[] {
  const inputs: InputBody[] = [];
  const budget: StringBudget = { left: MAX_BYTES_ELEMENTS };
  readItems(cursor, () => inputs.push(readInput(cursor, budget)));
  return inputs;
}

function readInput(cursor: JsonCursor, budget: StringBudget): InputBody {
  const input: InputBody = {
    name: undefined,
    datatype: undefined,
    shape: undefined,
    parameters: NONE,
    dataStart: undefined,
    data: undefined,
  };
  readMembers(cursor, (key) => {
    if (key === 'name') input.name = inField(cursor, 'name', readTextHere);
    else if (key === 'datatype') input.datatype = inField(cursor, 'datatype', readTextHere);
    else if (key === 'shape') input.shape = inField(cursor, 'shape', readDimensions);
    else if (key === 'parameters') input.parameters = inField(cursor, 'parameters', readParameters);
    else if (key === 'data') inField(cursor, 'data', () => readDataOrPass(cursor, input, budget));
    else skipValue(cursor);
  });
  readPassedData(cursor, input, budget);
  return input;
}

/** Elements can be read once the datatype is known; one that comes behind them makes them be read in a second pass. */
function readDataOrPass(cursor: JsonCursor, input: InputBody, budget: StringBudget): void {
  peek(cursor);
  input.dataStart = cursor.offset;
  if (input.datatype === undefined) skipValue(cursor);
  else readData(cursor, input, input.datatype, budget);
}

function readPassedData(cursor: JsonCursor, input: InputBody, budget: StringBudget): void {
  const { dataStart, datatype, data } = input;
  const isUnread = dataStart !== undefined && data === undefined && datatype !== undefined;
  if (!isUnread || cursor.problem !== undefined) return;
  const end = cursor.offset;
  cursor.offset = dataStart;
  inField(cursor, 'data', () => readData(cursor, input, datatype, budget));
  if (cursor.problem === undefined) cursor.offset = end;
}

function readData(cursor: JsonCursor, input: InputBody, datatypeName: string, budget: StringBudget): void {
  const datatype = findDatatype(datatypeName);
  if (datatype === undefined || datatype === 'FP16' || datatype === 'BF16') {
    skipValue(cursor);
    return;
  }
  const reader = tensorReader(datatype, expectedElements(cursor, input.shape));
  readFlat(cursor, reader, datatype === 'BYTES' ? budget.left : Number.POSITIVE_INFINITY);
  input.data = reader.finish();
  if (datatype === 'BYTES') budget.left -= input.data.length;
}

/** Elements to make room for: what the shape says, but never more than the rest of the text could hold. */
function expectedElements(cursor: JsonCursor, shape: BigInt64Array | undefined): number {
  if (shape === undefined) return 0;
  const left = cursor.bytes.length - cursor.offset;
  return Math.min(elementCount(Array.from(shape, Number)), Math.ceil(left / 2));
}

function readDimensions(cursor: JsonCursor): BigInt64Array {
  const into: Elements<BigInt64Array> = { values: new BigInt64Array(USUAL_RANK), length: 0 };
  readItems(cursor, () => readLongs(cursor, into, Number.POSITIVE_INFINITY, DIMENSION));
  return into.values.subarray(0, into.length);
}

function readOutputs(cursor: JsonCursor): OutputBody[] {
  const outputs: OutputBody[] = [];
  readItems(cursor, () => {
    const output: OutputBody = { name: undefined, parameters: NONE };
    readMembers(cursor, (key) => {
      if (key === 'name') output.name = inField(cursor, 'name', readTextHere);
      else if (key === 'parameters') output.parameters = inField(cursor, 'parameters', readParameters);
      else skipValue(cursor);
    });
    outputs.push(output);
  });
  return outputs;
}

/** Reads parameters; those whose values are arrays, objects or null are kept without a value. */
export function readParameters(cursor: JsonCursor): Parameters {
  const parameters = new Map<string, ParameterValue | undefined>();
  readMembers(cursor, (key) => parameters.set(key, readScalar(cursor)));
  return parameters;
}

function readTextHere(cursor: JsonCursor): string | undefined {
  peek(cursor);
  return readText(cursor);
}

/** Reads with `read`, and has a problem in it name the field, in the stock server's words. */
function inField<T>(cursor: JsonCursor, field: string, read: (cursor: JsonCursor) => T): T {
  const value = read(cursor);
  const { problem } = cursor;
  if (problem?.path === '') cursor.problem = { ...problem, path: `Unable to parse '${field}'` };
  return value;
}

/** Nothing may stand behind the JSON. */
export function endJson(cursor: JsonCursor): void {
  peek(cursor);
  if (cursor.offset < cursor.bytes.length) failExpecting(cursor, 'the end of the JSON');
}

/** What was wrong with a JSON text, if anything. */
export function jsonError(cursor: JsonCursor): SlipwayError | undefined {
  if (cursor.problem === undefined) return undefined;
  const { text, path, offset } = cursor.problem;
  const where = path === '' ? 'failed to parse the request JSON buffer' : path;
  return invalid(`${where}: ${text} at ${offset}`);
}

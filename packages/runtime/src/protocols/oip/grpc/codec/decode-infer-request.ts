import { type Datatype, SlipwayError } from '@slipway/contract';
import {
  decodeWith,
  nextField,
  readBytes,
  readMessage,
  readString,
  skipField,
  type WireReader,
} from '../../../../protobuf/reader.ts';
import { emptyElements, readLongElements, takeElements } from '../../../../protobuf/repeated.ts';
import type { GivenInput, InputContent } from '../../check-inputs.ts';
import { findDatatype } from '../../datatypes.ts';
import type { GivenWish } from '../../output-wishes.ts';
import { type Parameters, type ParameterValue, readCount } from '../../parameters.ts';
import { invalid, refuseSharedMemory } from '../../refusals.ts';
import { readShape } from '../../shape.ts';
import { readContents, type TypedContents, typedContent } from './read-contents.ts';
import { readParameter } from './read-parameters.ts';

/** A `ModelInferRequest`, well formed but not yet held against a model. */
export interface ModelInferRequest {
  readonly modelName: string;
  /** Absent: the newest. */
  readonly modelVersion: string | undefined;
  readonly id: string | undefined;
  readonly parameters: Parameters;
  /** Raw elements are views of the message. An error is told only once the model is found; so is that of `outputs`. */
  readonly inputs: readonly GivenInput[] | SlipwayError;
  /** Empty: all outputs. */
  readonly outputs: readonly GivenWish[] | SlipwayError;
}

type ReadParameters = Map<string, ParameterValue | undefined>;

/** The fields of the message as they stand there. */
interface RequestFields {
  modelName: string;
  modelVersion: string;
  id: string;
  readonly parameters: ReadParameters;
  readonly inputs: InputFields[];
  readonly outputs: OutputFields[];
  readonly raw: Uint8Array[];
}

interface InputFields {
  name: string;
  datatype: string;
  shape: BigInt64Array;
  readonly parameters: ReadParameters;
  contents: TypedContents | undefined;
}

interface OutputFields {
  name: string;
  readonly parameters: ReadParameters;
}

const NO_DIMENSIONS = new BigInt64Array(0);

/**
 * Reads a `ModelInferRequest`. The error is `invalid_argument`, in the stock server's words where it has some, or
 * `unsupported` where shared memory is asked for.
 */
export function decodeModelInferRequest(bytes: Uint8Array): ModelInferRequest | SlipwayError {
  const fields = decodeWith(bytes, readRequest);
  if (fields instanceof SlipwayError) return fields;
  return {
    modelName: fields.modelName,
    modelVersion: fields.modelVersion === '' ? undefined : fields.modelVersion,
    id: fields.id === '' ? undefined : fields.id,
    parameters: fields.parameters,
    inputs: giveContents(fields),
    outputs: readWishes(fields.outputs),
  };
}

function readRequest(reader: WireReader): RequestFields {
  const request: RequestFields = {
    modelName: '',
    modelVersion: '',
    id: '',
    parameters: new Map(),
    inputs: [],
    outputs: [],
    raw: [],
  };
  while (nextField(reader)) {
    if (reader.field === 7) request.raw.push(readBytes(reader, 'raw_input_contents'));
    else if (reader.field === 5) request.inputs.push(readMessage(reader, 'inputs', readInput));
    else if (reader.field === 6) request.outputs.push(readMessage(reader, 'outputs', readOutput));
    else if (reader.field === 1) request.modelName = readString(reader, 'model_name');
    else if (reader.field === 2) request.modelVersion = readString(reader, 'model_version');
    else if (reader.field === 3) request.id = readString(reader, 'id');
    else if (reader.field === 4) readParameter(reader, request.parameters);
    else skipField(reader);
  }
  return request;
}

function readInput(reader: WireReader): InputFields {
  const shape = emptyElements(BigInt64Array);
  const input: InputFields = {
    name: '',
    datatype: '',
    shape: NO_DIMENSIONS,
    parameters: new Map(),
    contents: undefined,
  };
  while (nextField(reader)) {
    if (reader.field === 1) input.name = readString(reader, 'name');
    else if (reader.field === 2) input.datatype = readString(reader, 'datatype');
    else if (reader.field === 3) readLongElements(reader, 'shape', shape);
    else if (reader.field === 4) readParameter(reader, input.parameters);
    else if (reader.field === 5) input.contents = readMessage(reader, 'contents', readContents);
    else skipField(reader);
  }
  input.shape = takeElements(shape);
  return input;
}

function readOutput(reader: WireReader): OutputFields {
  const output: OutputFields = { name: '', parameters: new Map() };
  while (nextField(reader)) {
    if (reader.field === 1) output.name = readString(reader, 'name');
    else if (reader.field === 2) readParameter(reader, output.parameters);
    else skipField(reader);
  }
  return output;
}

/** The raw contents go to the inputs in their order: to all of them, or to none. */
function giveContents({ modelName, inputs, raw }: RequestFields): readonly GivenInput[] | SlipwayError {
  const given: GivenInput[] = [];
  for (const [index, input] of inputs.entries()) {
    const read = giveContent(input, raw, index, modelName);
    if (read instanceof SlipwayError) return read;
    given.push(read);
  }
  if (raw.length <= inputs.length) return given;
  return invalid(`unexpected additional input data for model '${modelName}'`);
}

function giveContent(
  input: InputFields,
  raw: readonly Uint8Array[],
  index: number,
  modelName: string,
): GivenInput | SlipwayError {
  const { name } = input;
  if (input.parameters.has('shared_memory_region')) return refuseSharedMemory();
  const datatype = findDatatype(input.datatype);
  if (datatype === undefined) return invalid(`invalid datatype for input ${name}`);
  const shape = readShape(name, datatype, input.shape);
  if (shape instanceof SlipwayError) return shape;
  const content = findContent(input, datatype, raw, index, modelName);
  return content instanceof SlipwayError ? content : { name, datatype, shape, content };
}

function findContent(
  { name, contents }: InputFields,
  datatype: Datatype,
  raw: readonly Uint8Array[],
  index: number,
  modelName: string,
): InputContent | SlipwayError {
  const where = `'${name}' for model '${modelName}'`;
  if (contents !== undefined) {
    return raw.length > 0
      ? invalid(`contents field must not be specified when using raw_input_contents for ${where}`)
      : typedContent(contents, datatype, `input tensor ${where}`);
  }
  const bytes = raw[index];
  if (bytes !== undefined) return { form: 'raw', bytes };
  return invalid(`unable to find data for input tensor ${where} in request.`);
}

function readWishes(outputs: readonly OutputFields[]): readonly GivenWish[] | SlipwayError {
  const wishes: GivenWish[] = [];
  for (const { name, parameters } of outputs) {
    if (parameters.has('shared_memory_region')) return refuseSharedMemory();
    const classes = readCount(parameters, 'classification') ?? 0;
    if (classes instanceof SlipwayError) return classes;
    wishes.push({ name, binary: true, classes });
  }
  return wishes;
}

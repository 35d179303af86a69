import { type Datatype, elementCount, SlipwayError } from '@slipway/contract';
import type { GivenInput, InputContent } from '../../check-inputs.ts';
import { bytesPerElement, findDatatype } from '../../datatypes.ts';
import { readCount } from '../../parameters.ts';
import { invalid, refuseSharedMemory } from '../../refusals.ts';
import { readShape } from '../../shape.ts';
import type { InputBody } from './infer-body.ts';

/** The raw tensors behind the JSON, while the inputs take theirs in order. */
interface RawTensors {
  readonly bytes: Uint8Array;
  taken: number;
}

/** The limit on what an input may take in memory, and the model's name for messages. */
export interface InputLimits {
  readonly modelName: string;
  readonly maxInputBytes: number;
}

/** The inputs that a body describes, each with its elements from the JSON or its share of `raw`, all of which must go. */
export function readInputs(
  bodies: readonly InputBody[],
  raw: Uint8Array,
  limits: InputLimits,
): readonly GivenInput[] | SlipwayError {
  const tensors: RawTensors = { bytes: raw, taken: 0 };
  const inputs: GivenInput[] = [];
  for (const body of bodies) {
    const input = readInput(body, tensors, limits);
    if (input instanceof SlipwayError) return input;
    inputs.push(input);
  }
  if (tensors.taken === raw.length) return inputs;
  return invalid(`unexpected additional input data for model '${limits.modelName}'`);
}

function readInput(body: InputBody, tensors: RawTensors, limits: InputLimits): GivenInput | SlipwayError {
  const misplaced = checkPlaceOfData(body);
  if (misplaced !== undefined) return misplaced;
  const { name } = body;
  if (name === undefined) return missing('name');
  if (body.datatype === undefined) return missing('datatype');
  if (body.shape === undefined) return missing('shape');
  const datatype = findDatatype(body.datatype);
  if (datatype === undefined) return invalid(`invalid datatype for input ${name}`);
  const shape = readShape(name, datatype, body.shape);
  if (shape instanceof SlipwayError) return shape;
  const content =
    body.dataStart === undefined
      ? takeRaw(body, name, tensors, limits)
      : readElements(body, { name, datatype, shape }, limits);
  return content instanceof SlipwayError ? content : { name, datatype, shape, content };
}

/** Data comes in exactly one of three ways, of which shared memory is none that is offered here. */
function checkPlaceOfData({ dataStart, parameters }: InputBody): SlipwayError | undefined {
  const places = [
    ...(dataStart === undefined ? [] : ["'data'"]),
    ...(parameters.has('binary_data_size') ? ["'binary_data_size'"] : []),
    ...(parameters.has('shared_memory_region') ? ["'shared_memory_region'"] : []),
  ];
  if (places.length !== 1) {
    const got = places.length === 0 ? 'no field is set' : `set ${places.join(' ')}`;
    return invalid(
      `Input must set only one of the following fields: 'data', 'binary_data_size' in 'parameters', 'shared_memory_region' in 'parameters'. But ${got}`,
    );
  }
  return parameters.has('shared_memory_region') ? refuseSharedMemory() : undefined;
}

function takeRaw(
  body: InputBody,
  name: string,
  tensors: RawTensors,
  limits: InputLimits,
): InputContent | SlipwayError {
  const size = readCount(body.parameters, 'binary_data_size') ?? 0;
  if (typeof size === 'object') return size;
  const end = tensors.taken + size;
  if (end > tensors.bytes.length) {
    const lacking = end - tensors.bytes.length;
    return invalid(
      `unexpected size for input '${name}', expecting ${lacking} additional bytes for model '${limits.modelName}'`,
    );
  }
  const bytes = tensors.bytes.subarray(tensors.taken, end);
  tensors.taken = end;
  return { form: 'raw', bytes };
}

function readElements(
  body: InputBody,
  { name, datatype, shape }: { name: string; datatype: Datatype; shape: readonly number[] },
  limits: InputLimits,
): InputContent | SlipwayError {
  const { data } = body;
  if (data === undefined) {
    return invalid(
      `receiving ${datatype} data via JSON is not supported. Please use the binary data format for input ${name}`,
    );
  }
  const count = elementCount(shape);
  const byteSize = count * bytesPerElement(datatype);
  if (byteSize > limits.maxInputBytes) {
    return invalid(
      `JSON input '${name}' has a byte_size (${byteSize} bytes) that exceeds the maximum allowed value of ${limits.maxInputBytes} bytes. Raise the limit of the deployment on bodies to send more.`,
    );
  }
  // How many strings there should be is said where all forms of BYTES are counted.
  if (datatype === 'BYTES' || data.length === count) return { form: 'elements', data };
  return data.length > count
    ? invalid("Unable to parse 'data': Shape does not match true shape of 'data' field")
    : invalid("Failed to parse 'data' field: shape does not match true shape");
}

function missing(member: string): SlipwayError {
  return invalid(`Unable to parse '${member}': attempt to access non-existing object member '${member}'`);
}

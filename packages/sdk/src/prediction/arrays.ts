import { type Datatype, elementCount, SlipwayError, type Tensor, type TensorData } from '@slipway/contract';
import { fromNested } from './nested-values.ts';
import type { ArrayInput, ModelDescription } from './types.ts';

/** The kinds of typed arrays and the datatype that each stands for. */
const DATATYPES: readonly (readonly [new (length: number) => ArrayBufferView, Datatype])[] = [
  [Float32Array, 'FP32'],
  [Float64Array, 'FP64'],
  [Int32Array, 'INT32'],
  [BigInt64Array, 'INT64'],
  [BigUint64Array, 'UINT64'],
  [Uint8Array, 'UINT8'],
  [Uint16Array, 'UINT16'],
  [Uint32Array, 'UINT32'],
  [Int8Array, 'INT8'],
  [Int16Array, 'INT16'],
];

/** True if every array says by itself what its elements are, so that the model need not be asked. */
export function sayTheirDatatypes(inputs: Readonly<Record<string, ArrayInput>>): boolean {
  return Object.values(inputs).every((input) => ownDatatype(input) !== undefined);
}

/** The tensors that arrays stand for; those without a datatype get that of the model's input. */
export function toTensors(
  inputs: Readonly<Record<string, ArrayInput>>,
  description: ModelDescription | undefined,
): Tensor[] {
  return Object.entries(inputs).map(([name, input]) => {
    const datatype = ownDatatype(input) ?? describedDatatype(name, description);
    return toTensor(name, datatype, input);
  });
}

function ownDatatype(input: ArrayInput): Datatype | undefined {
  const { data, datatype } = partsOf(input);
  if (datatype !== undefined) return datatype;
  if (ArrayBuffer.isView(data)) return DATATYPES.find(([kind]) => data instanceof kind)?.[1];
  const isBytes = Array.isArray(data) && data.length > 0 && data.every((one) => one instanceof Uint8Array);
  return isBytes ? 'BYTES' : undefined;
}

function describedDatatype(name: string, description: ModelDescription | undefined): Datatype {
  const known = description?.inputs ?? [];
  const found = known.find((input) => input.name === name);
  if (found !== undefined) return found.datatype;
  throw new SlipwayError(
    'invalid_argument',
    `The model has no input "${name}": it takes ${known.map((input) => input.name).join(', ') || 'none'}.`,
    { details: { field: name } },
  );
}

function toTensor(name: string, datatype: Datatype, input: ArrayInput): Tensor {
  const { data, shape } = partsOf(input);
  if (!ArrayBuffer.isView(data)) {
    const tensor = fromNested(name, datatype, data);
    return shape === undefined ? tensor : shaped({ ...tensor, shape });
  }
  return shaped({ name, datatype, shape: shape ?? [data.length], data: data as TensorData });
}

function partsOf(input: ArrayInput) {
  return typeof input === 'object' && 'data' in input
    ? input
    : { data: input, shape: undefined, datatype: undefined };
}

function shaped(tensor: Tensor): Tensor {
  const expected = elementCount(tensor.shape);
  if (tensor.data.length === expected) return tensor;
  throw new SlipwayError(
    'invalid_argument',
    `Input "${tensor.name}" has ${tensor.data.length} elements, but its shape [${tensor.shape.join(', ')}] has ${expected}.`,
    { details: { field: tensor.name } },
  );
}

import type { TensorProto } from '../generated/tensorflow/tensorflow_pb.ts';
import { elementCount, MAX_RANK } from './bundle/bundle-index.ts';
import type { TensorValues } from './bundle/read-tensor.ts';
import { type DataType, dataType, dataTypeName } from './data-types.ts';
import { brokenModel, notRead } from './refusals.ts';

/** The values of a constant, and what they are. */
export interface ConstantTensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** A view of the file where it holds them as they are. */
  readonly values: TensorValues;
}

/**
 * The most that the constants of a graph may become whose file lists their values: a few bytes may ask for any number.
 * Constants whose bytes stand in the file have no limit but the file's.
 */
export const MAX_REPEATED_BYTES = 256 * 1024 * 1024;

/** Functions that are put in place several times share their constants. */
const read = new WeakMap<TensorProto, ConstantTensor>();

/** What an element of a string costs in memory, for the same limit. */
const STRING_BYTES = 64;

/**
 * The values of a TensorProto, as `tf.make_ndarray` has them: its bytes, or its list of values, whose last one stands
 * for all that follow. `where` names the file and the node for `GraphError`.
 */
export function readConstant(where: string, proto: TensorProto): ConstantTensor {
  const found = read.get(proto) ?? makeConstant(where, proto);
  read.set(proto, found);
  return found;
}

/** What a constant takes beyond its file: nothing where its bytes stand there. */
export function repeatedBytes({ dtype, tensorShape, tensorContent }: TensorProto): number {
  const elements = elementCount((tensorShape?.dim ?? []).map(({ size }) => Number(size)));
  const size = dataType(dtype)?.size ?? STRING_BYTES;
  return tensorContent.length > 0 || elements < 0 ? 0 : elements * size;
}

function makeConstant(where: string, proto: TensorProto): ConstantTensor {
  const dtype = dataType(proto.dtype);
  if (dtype === undefined || dtype.name === 'resource' || dtype.name === 'variant')
    throw notRead(where, `A constant of ${dataTypeName(proto.dtype)} cannot be read.`, 'Remove it.');
  const shape = (proto.tensorShape?.dim ?? []).map(({ size }) => Number(size));
  const elements = elementCount(shape);
  if (
    proto.tensorShape?.unknownRank ||
    shape.length > MAX_RANK ||
    shape.some((size) => size < 0) ||
    !Number.isSafeInteger(elements)
  )
    throw brokenModel(where, `A constant has a shape (${shape.join(', ')}) that no tensor has.`);
  const { size } = dtype;
  if (size !== null && proto.tensorContent.length > 0) {
    if (proto.tensorContent.length !== elements * size)
      throw brokenModel(
        where,
        `A constant of ${elements} elements of ${dtype.name} has ${proto.tensorContent.length} bytes.`,
      );
    return { dtype, shape, values: proto.tensorContent };
  }
  if (elements * (size ?? STRING_BYTES) > MAX_REPEATED_BYTES)
    throw notRead(
      where,
      `A constant of ${elements} elements of ${dtype.name} is written as a few values that repeat.`,
      'Make it with tf.fill in the graph.',
    );
  if (size === null) return { dtype, shape, values: repeatStrings(proto.stringVal, elements) };
  return { dtype, shape, values: repeatLast(listedBytes(dtype, proto), size, elements) };
}

/** The list of values that a type has its own field for (core/framework/tensor.proto), as bytes. */
function listedBytes({ name }: DataType, proto: TensorProto): Uint8Array {
  const listed = listedElements(name, proto);
  return new Uint8Array(listed.buffer, listed.byteOffset, listed.byteLength);
}

function listedElements(name: string, proto: TensorProto): ArrayBufferView {
  switch (name) {
    case 'float32':
      return Float32Array.from(proto.floatVal);
    case 'float64':
      return Float64Array.from(proto.doubleVal);
    case 'int64':
      return BigInt64Array.from(proto.int64Val);
    case 'uint64':
      return BigUint64Array.from(proto.uint64Val);
    case 'uint32':
      return Uint32Array.from(proto.uint32Val);
    case 'bool':
      return Uint8Array.from(proto.boolVal, Number);
    case 'float16':
    case 'bfloat16':
      return Uint16Array.from(proto.halfVal);
    case 'complex64':
      return Float32Array.from(proto.scomplexVal);
    case 'complex128':
      return Float64Array.from(proto.dcomplexVal);
    case 'int32':
    case 'qint32':
      return Int32Array.from(proto.intVal);
    case 'int16':
    case 'uint16':
    case 'qint16':
    case 'quint16':
      return Uint16Array.from(proto.intVal);
    default:
      return name.startsWith('float8') ? proto.float8Val : Uint8Array.from(proto.intVal);
  }
}

/** As many elements as there are to be; none at all stand for zeros. */
function repeatLast(listed: Uint8Array, size: number, elements: number): Uint8Array {
  const bytes = new Uint8Array(elements * size);
  const known = Math.min(listed.length - (listed.length % size), bytes.length);
  bytes.set(listed.subarray(0, known));
  if (known === 0) return bytes;
  // What is copied doubles each time.
  for (let at = known; at < bytes.length; ) {
    const copied = Math.min(at - (known - size), bytes.length - at);
    bytes.copyWithin(at, known - size, known - size + copied);
    at += copied;
  }
  return bytes;
}

function repeatStrings(listed: readonly Uint8Array[], elements: number): readonly Uint8Array[] {
  const last = listed.at(-1) ?? new Uint8Array(0);
  return Array.from({ length: elements }, (_, index) => listed[index] ?? last);
}

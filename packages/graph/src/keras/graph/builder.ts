import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type AttrValueSchema,
  type FunctionDef,
  type NodeDef,
  NodeDefSchema,
} from '../../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../../graph-error.ts';
import { allDataTypes } from '../../tensorflow/data-types.ts';

/** The sizes of a tensor; `null` where any will do. Of Keras's tensors the rank is always known. */
export type Shape = readonly (number | null)[];

/** A tensor of the graph that is being made. */
export interface Tensor {
  /** `node`, or `node:1` for an output that is not the first. */
  readonly reference: string;
  /** As TensorFlow calls it: `float32`. */
  readonly dtype: string;
  readonly shape: Shape;
  /** Which steps count, where a layer before it says so: truth values of batch and steps. */
  readonly mask?: Tensor | undefined;
}

/** What is said of a new tensor. */
export type Made = Pick<Tensor, 'dtype' | 'shape'>;

type Attribute = MessageInitShape<typeof AttrValueSchema>;
export type Attributes = Readonly<Record<string, Attribute>>;

/** Collects the nodes of a TensorFlow graph. */
export interface Builder {
  /** Adds a node with one output, named `scope/op`, with a number behind it where that is taken. */
  readonly add: (
    scope: string,
    op: string,
    inputs: readonly Tensor[],
    made: Made,
    attributes?: Attributes,
  ) => Tensor;
  /** A constant of numbers; of few, the same for all that ask for it. */
  readonly constant: (scope: string, values: readonly number[], dtype: string, shape?: Shape) => Tensor;
  /** A constant of strings. */
  readonly strings: (scope: string, values: readonly string[]) => Tensor;
  /** Adds a node named as it is said. */
  readonly named: (name: string, op: string, inputs: readonly string[], attributes: Attributes) => void;
  /** A name for a scope that nothing has yet. */
  readonly scope: (wanted: string) => string;
  readonly nodes: readonly NodeDef[];
  /** The functions that nodes call; it grows. */
  readonly functions: FunctionDef[];
  /** A builder for the nodes of a function, which count as nodes of the model. */
  readonly inFunction: () => Builder;
}

/**
 * As many nodes as no model has: models in models that are called twice each would otherwise become more than any
 * memory holds.
 */
const MAX_NODES = 100_000;

/** Axes, sizes and factors are the same in many layers, and have few elements. */
const SHARED_ELEMENTS = 16;

export function createBuilder(file: string): Builder {
  const count = { nodes: 0 };
  return builderOf(file, count, (node) => node);
}

/** `referTo` says how nodes name a node whose output they take. */
function builderOf(file: string, count: { nodes: number }, referTo: (node: string) => string): Builder {
  const nodes: NodeDef[] = [];
  const taken = new Map<string, number>();
  const constants = new Map<string, Tensor>();
  const free = (wanted: string): string => {
    // TensorFlow's names have these letters; a name of Keras may have any.
    const clean = wanted.replace(/[^A-Za-z0-9_.\-/]/g, '_').replace(/^[^A-Za-z0-9.]/, '.');
    for (let name = clean; ; ) {
      const count = taken.get(clean) ?? 0;
      name = count === 0 ? clean : `${clean}_${count}`;
      taken.set(clean, count + 1);
      if (name === clean || !taken.has(name)) {
        taken.set(name, Math.max(1, taken.get(name) ?? 0));
        return name;
      }
    }
  };
  const named: Builder['named'] = (name, op, input, attr) => {
    count.nodes += 1;
    if (count.nodes > MAX_NODES)
      throw new GraphError(
        'unsupported',
        `${file}: The model becomes more than ${MAX_NODES} nodes. Write a SavedModel with model.export("folder"), and convert that.`,
      );
    nodes.push(create(NodeDefSchema, { name, op, input: [...input], attr }));
  };
  const constantOf = (scope: string, dtype: string, shape: Shape, values: object): Tensor => {
    const name = free(`${scope}/Const`);
    const tensorShape = { dim: shape.map((size) => ({ size: BigInt(size ?? 0) })) };
    const tensor = { dtype: typeNumber(dtype), tensorShape, ...values };
    named(name, 'Const', [], { dtype: type(dtype), value: { value: { case: 'tensor', value: tensor } } });
    return { reference: referTo(name), dtype, shape };
  };
  return {
    nodes,
    named,
    functions: [],
    // In a function, outputs have names; of ops with one output, any will do.
    inFunction: () => builderOf(file, count, (node) => `${node}:output:0`),
    scope: free,
    add: (scope, op, inputs, made, attributes = {}) => {
      const name = free(`${scope}/${op}`);
      named(
        name,
        op,
        inputs.map(({ reference }) => reference),
        attributes,
      );
      return { reference: referTo(name), dtype: made.dtype, shape: made.shape };
    },
    constant: (scope, values, dtype, shape = [values.length]) => {
      const key = values.length > SHARED_ELEMENTS ? undefined : `${dtype} ${shape} ${values}`;
      const shared = key === undefined ? undefined : constants.get(key);
      if (shared !== undefined) return shared;
      const made = constantOf(scope, dtype, shape, { tensorContent: bytesOf(dtype, values) });
      if (key !== undefined) constants.set(key, made);
      return made;
    },
    strings: (scope, values) =>
      constantOf(scope, 'string', [values.length], { stringVal: values.map((value) => Buffer.from(value)) }),
  };
}

export function int(value: number): Attribute {
  return { value: { case: 'i', value: BigInt(value) } };
}

export function ints(values: readonly number[]): Attribute {
  return { value: { case: 'list', value: { i: values.map(BigInt) } } };
}

export function float(value: number): Attribute {
  return { value: { case: 'f', value } };
}

export function flag(value: boolean): Attribute {
  return { value: { case: 'b', value } };
}

export function text(value: string): Attribute {
  return { value: { case: 's', value: Buffer.from(value) } };
}

export function type(dtype: string): Attribute {
  return { value: { case: 'type', value: typeNumber(dtype) } };
}

export function types(dtypes: readonly string[]): Attribute {
  return { value: { case: 'list', value: { type: dtypes.map(typeNumber) } } };
}

/** The function that a node calls. */
export function callOf(name: string): Attribute {
  return { value: { case: 'func', value: { name } } };
}

export function shape(dims: Shape): Attribute {
  return { value: { case: 'shape', value: shapeProto(dims) } };
}

/** A shape as TensorFlow's messages have it. */
export function shapeProto(dims: Shape): { dim: { size: bigint }[] } {
  return { dim: dims.map((size) => ({ size: size === null ? -1n : BigInt(size) })) };
}

/** The number of a type in TensorFlow's messages. */
export function typeNumber(dtype: string): number {
  // They stand in the order of their numbers, from 1.
  return allDataTypes().findIndex(({ name }) => name === dtype) + 1;
}

function bytesOf(dtype: string, values: readonly number[]): Uint8Array {
  return new Uint8Array(arrayOf(dtype, values).buffer);
}

function arrayOf(dtype: string, values: readonly number[]): ArrayBufferView<ArrayBuffer> {
  switch (dtype) {
    case 'float64':
      return Float64Array.from(values);
    case 'float16':
      return Float16Array.from(values);
    case 'int32':
      return Int32Array.from(values);
    case 'int64':
      return BigInt64Array.from(values, BigInt);
    case 'bool':
      return Uint8Array.from(values);
    default:
      return Float32Array.from(values);
  }
}

import type { NodeDef } from '../generated/tensorflow/tensorflow_pb.ts';
import { MAX_RANK } from '../tensorflow/bundle/bundle-index.ts';
import { dataTypeName } from '../tensorflow/data-types.ts';
import type { Subgraph } from './control/subgraph.ts';
import { type Attributes, type Emitter, onnxTypeNumber, type Result } from './emitter.ts';
import { NotConverted } from './refuse.ts';
import type { Dims, Value } from './value.ts';

/** A count is a few bytes, and would ask for any memory. */
const MOST_OUTPUTS = 10_000;

/** A node that is to be converted, with what its mapper needs. */
export interface Operation {
  readonly node: NodeDef;
  readonly inputs: readonly Value[];
  readonly emitter: Emitter;
  /** The graph that the node has in an attribute, for so many tensors. */
  readonly subgraph: (attribute: string, parameters: number) => Subgraph;
  /** Converts such a graph for what it is given, and gives its results. Throws `RefusedWithin` and `NotConverted`. */
  readonly mapSubgraph: (graph: Subgraph, given: readonly Value[], into: Emitter) => readonly Value[];
}

/** Adds ONNX nodes that compute what the TensorFlow node does, and gives its outputs. Throws `NotConverted`. */
export type Mapper = (operation: Operation) => readonly Value[];

/** The input with that number. */
export function input({ inputs }: Operation, index: number): Value {
  const value = inputs[index];
  if (value !== undefined) return value;
  throw new NotConverted(`It has no input ${index}.`, 'Save the model again with TensorFlow.');
}

/** Adds a node on the way to the result. */
export function step(
  { node, emitter }: Operation,
  op: string,
  inputs: readonly Value[],
  result: Result,
  attributes?: Attributes,
): Value {
  return emitter.emit(node.name, op, inputs, result, attributes);
}

/** Adds the node whose output has TensorFlow's name. */
export function finish(
  { node, emitter }: Operation,
  op: string,
  inputs: readonly Value[],
  result: Result,
  attributes?: Attributes,
): readonly Value[] {
  return [emitter.emit(node.name, op, inputs, result, attributes, `${node.name}:0`)];
}

/** The tensor in another type, as C casts. */
export function cast(operation: Operation, value: Value, dtype: string): Value {
  if (value.dtype === dtype) return value;
  const result = { dtype, shape: value.shape, known: value.known };
  return step(operation, 'Cast', [value], result, { to: onnxTypeNumber(dtype) });
}

/** A constant of whole numbers for the operation. */
export function integers({ node, emitter }: Operation, values: readonly number[]): Value {
  return emitter.integers(node.name, values);
}

/** All elements of an input that has to be known when the model is converted. */
export function fixed(operation: Operation, index: number, what: string): readonly number[] {
  const { known } = input(operation, index);
  if (known?.every((element) => element !== null)) return known as readonly number[];
  throw new NotConverted(`Its ${what} is computed when the model runs.`, `Make the ${what} a constant.`);
}

/** The shape that is asked for by a tensor of sizes, as far as they are known. */
export function shapeFrom({ known, shape }: Value): Dims {
  const length = shape?.[0] ?? null;
  if (known !== undefined || length === null) return known ?? null;
  if (length <= MAX_RANK) return Array.from({ length }, () => null);
  throw new NotConverted(
    `It asks for a shape of ${length} dimensions.`,
    'Save the model again with TensorFlow.',
  );
}

/** How many outputs a node has. */
export function countAttribute(operation: Operation, name: string, otherwise: number): number {
  const count = intAttribute(operation, name, otherwise);
  if (count >= 0 && count <= MOST_OUTPUTS) return count;
  if (count < 0)
    throw new NotConverted('How many outputs it has is not known.', 'Save the model again with TensorFlow.');
  throw new NotConverted(`It has ${count} outputs.`, `Take tensors apart into ${MOST_OUTPUTS} at most.`);
}

/** The rank of a tensor, which has to be known. */
export function rankOf({ shape, name }: Value): number {
  if (shape !== null) return shape.length;
  throw new NotConverted(`The rank of ${name} is not known.`, 'Give the placeholders of the model a shape.');
}

/** An axis counted from the first one. */
export function axisOf(axis: number, rank: number): number {
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw new NotConverted(`It has no axis ${axis} of ${rank}.`, 'Save the model again with TensorFlow.');
}

// Attributes at their default are left out of many files, so that each is asked for with the default that TensorFlow has.

export function boolAttribute({ node }: Pick<Operation, 'node'>, name: string, otherwise: boolean): boolean {
  const value = node.attr[name]?.value;
  return value?.case === 'b' ? value.value : otherwise;
}

export function intAttribute({ node }: Pick<Operation, 'node'>, name: string, otherwise: number): number {
  const value = node.attr[name]?.value;
  return value?.case === 'i' ? Number(value.value) : otherwise;
}

export function floatAttribute({ node }: Pick<Operation, 'node'>, name: string, otherwise: number): number {
  const value = node.attr[name]?.value;
  return value?.case === 'f' ? value.value : otherwise;
}

export function textAttribute({ node }: Pick<Operation, 'node'>, name: string, otherwise: string): string {
  const value = node.attr[name]?.value;
  return value?.case === 's' ? Buffer.from(value.value).toString() : otherwise;
}

export function intsAttribute({ node }: Pick<Operation, 'node'>, name: string): readonly number[] {
  const value = node.attr[name]?.value;
  return value?.case === 'list' ? value.value.i.map(Number) : [];
}

export function typeAttribute({ node }: Pick<Operation, 'node'>, name: string, otherwise: string): string {
  const value = node.attr[name]?.value;
  return value?.case === 'type' ? dataTypeName(value.value) : otherwise;
}

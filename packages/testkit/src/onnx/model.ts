import type { Datatype, Dimension, Tensor, TensorData, TensorSpec } from '@slipway/contract';

/** An ONNX model as plain data; `encodeModel` writes it. */
export interface OnnxModel {
  /** Version of the default operator set. */
  readonly opset: number;
  readonly graph: OnnxGraph;
  /** What the file says of the model beside its graph. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A graph: the whole of a model, or the body of a `Loop`. */
export interface OnnxGraph {
  readonly name?: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** In an order in which every node comes after the ones that it needs. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers?: readonly OnnxInitializer[];
}

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

export type OnnxAttribute =
  | { readonly int: number | bigint }
  | { readonly float: number }
  | { readonly ints: readonly (number | bigint)[] }
  | { readonly floats: readonly number[] }
  | { readonly text: string }
  | { readonly tensor: Tensor }
  | { readonly graph: OnnxGraph };

/** A constant: its elements stand in the model, or in a file beside it. */
export type OnnxInitializer = Tensor | ExternalInitializer;

export interface ExternalInitializer extends TensorSpec {
  readonly shape: readonly number[];
  /** Where the raw little-endian elements lie; `location` is a path relative to the model file. */
  readonly external: { readonly location: string; readonly offset: number; readonly length: number };
}

export function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): OnnxNode {
  return { operator, inputs, outputs, attributes };
}

export function tensorSpec(name: string, datatype: Datatype, shape: readonly Dimension[]): TensorSpec {
  return { name, datatype, shape };
}

export function tensor(name: string, datatype: Datatype, shape: readonly number[], data: TensorData): Tensor {
  return { name, datatype, shape, data };
}

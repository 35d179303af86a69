import assert from 'node:assert/strict';
import { makeNode } from '../../edit/nodes.ts';
import { floatTensor, intTensor } from '../../make-tensor.ts';
import type { Attribute, Graph, Node, OnnxModel, Tensor, ValueInfo } from '../../model.ts';
import type { Rules } from '../scope.ts';
import { inferShapes } from './infer-shapes.ts';
import type { Dims } from './shape.ts';

export type Sizes = readonly (number | string)[];

/** A value of FLOAT, or of INT64, with its shape. */
export function value(name: string, dims?: Sizes, elementType: 'float' | 'int64' = 'float'): ValueInfo {
  const shape = dims === undefined ? undefined : { dims: dims.map((size) => ({ size })) };
  return { name, type: { kind: 'tensor', elementType, shape }, metadata: [] };
}

export function ints(name: string, values: readonly number[]): Attribute {
  return { name, value: { kind: 'ints', value: values.map(BigInt) } };
}

export function int(name: string, whole: number): Attribute {
  return { name, value: { kind: 'int', value: BigInt(whole) } };
}

export function graphAttribute(name: string, graph: Graph): Attribute {
  return { name, value: { kind: 'graph', value: graph } };
}

/** A node that makes one tensor. */
export function step(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: readonly Attribute[] = [],
): Node {
  return makeNode({ op, inputs, outputs: [output], attributes });
}

/** A constant of INT64 with one axis. */
export function whole(name: string, ...values: readonly number[]): Tensor {
  return intTensor(name, [values.length], values.map(BigInt));
}

/** A constant of FLOAT that is all zeros. */
export function zeros(name: string, dims: readonly number[]): Tensor {
  const count = dims.reduce((all, dim) => all * dim, 1);
  return floatTensor(name, dims, Array<number>(count).fill(0));
}

export function graphOf(parts: Partial<Graph>): Graph {
  const none = { nodes: [], initializers: [], sparseInitializers: [], inputs: [], outputs: [] };
  return { name: 'shapes', ...none, valueInfo: [], annotations: [], metadata: [], ...parts };
}

export function modelOf(parts: Partial<Graph>): OnnxModel {
  return { irVersion: 9, graph: graphOf(parts), opsets: [{ version: 17 }], metadata: [], functions: [] };
}

/** What is inferred of each value, whatever is wrong. */
export function inferred({
  graph,
  opsets,
  irVersion = 0,
}: OnnxModel): Readonly<Record<string, Dims | undefined>> {
  const rules: Rules = {
    opsets: new Map(opsets.map(({ domain = '', version = 0 }) => [domain, version])),
    functions: new Map(),
    trusted: new Set(),
    irVersion,
    parameters: undefined,
    report: () => {},
  };
  return Object.fromEntries([...inferShapes(graph, 'graph', rules)].map(([name, { dims }]) => [name, dims]));
}

/** Holds that shapes that were found are those that are inferred, as far as these are known. */
export function assertFound(model: OnnxModel, found: Readonly<Record<string, readonly number[]>>): void {
  const ours = inferred(model);
  for (const [name, dims] of Object.entries(found)) {
    const known = ours[name];
    if (known === undefined) continue;
    assert.deepEqual(
      known,
      dims.map((dim, axis) => (typeof known[axis] === 'number' ? dim : known[axis])),
      name,
    );
  }
}

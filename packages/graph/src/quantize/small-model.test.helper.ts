import { makeNode } from '../onnx/edit/nodes.ts';
import type { ElementType } from '../onnx/element-types.ts';
import { floatTensor } from '../onnx/make-tensor.ts';
import type { Attribute, OnnxModel, Tensor, ValueInfo } from '../onnx/model.ts';

export type Dims = readonly (number | string)[];

interface SmallModel {
  /** `op a b > c d`, the op with attributes of whole numbers, such as `Gemm/transB=1 x w > y`; an optional input is `-`. */
  readonly nodes: readonly string[];
  readonly inputs: Readonly<Record<string, Dims>>;
  readonly outputs: readonly string[];
  readonly constants?: readonly Tensor[];
  readonly opset?: number;
}

/** A model of FP32, whose nodes are called by their outputs. */
export function smallModel({ nodes, inputs, outputs, constants = [], opset = 17 }: SmallModel): OnnxModel {
  return {
    irVersion: 8,
    opsets: [{ version: opset }],
    metadata: [],
    functions: [],
    graph: {
      name: 'small',
      nodes: nodes.map(nodeOf),
      initializers: constants,
      sparseInitializers: [],
      inputs: Object.entries(inputs).map(([name, dims]) => valueInfo(name, 'float', dims)),
      outputs: outputs.map((name) => valueInfo(name, 'float')),
      valueInfo: [],
      annotations: [],
      metadata: [],
    },
  };
}

function nodeOf(line: string) {
  const [taken = '', made = ''] = line.split(' > ');
  const [what = '', ...names] = taken.split(' ');
  const [op = '', ...said] = what.split('/');
  const attributes = said.map((each): Attribute => {
    const [name = '', value = ''] = each.split('=');
    if (value.includes(',')) return { name, value: { kind: 'ints', value: value.split(',').map(BigInt) } };
    if (value.includes('.')) return { name, value: { kind: 'float', value: Number(value) } };
    return { name, value: { kind: 'int', value: BigInt(value) } };
  });
  const inputs = names.map((name) => (name === '-' ? '' : name));
  return makeNode({ op, inputs, outputs: made.split(' '), attributes });
}

export function valueInfo(name: string, elementType: ElementType, dims?: Dims): ValueInfo {
  const shape = dims === undefined ? undefined : { dims: dims.map((size) => ({ size })) };
  return { name, type: { kind: 'tensor', elementType, shape }, metadata: [] };
}

/** A constant whose values follow a seeded pattern between -1 and 1. */
export function pattern(name: string, dims: readonly number[], seed = 1): Tensor {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return floatTensor(name, dims, wave(count, seed));
}

export function wave(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.sin((index + 1) * (seed + 0.618)));
}

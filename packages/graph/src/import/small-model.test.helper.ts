import type { TestScope } from '@slipway/testkit';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { makeNode } from '../onnx/edit/nodes.ts';
import { rewritten } from '../onnx/fixtures.test.helper.ts';
import type { Attribute, Node, OnnxModel, Tensor as OnnxTensor, ValueInfo } from '../onnx/model.ts';
import { type Attributes, onnxType } from './emitter.ts';

/** A tensor of a model's end. */
export interface End {
  readonly name: string;
  readonly dtype: string;
  /** Left out: whatever comes. */
  readonly shape?: readonly number[];
}

/** A node of a small model. */
export function nodeOf(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Attributes = {},
): Node {
  return makeNode({ op, inputs, outputs, attributes: Object.entries(attributes).map(attributeOf) });
}

function attributeOf([name, value]: [string, Attributes[string]]): Attribute {
  if (typeof value === 'number') return { name, value: { kind: 'int', value: BigInt(value) } };
  if (typeof value === 'string') return { name, value: { kind: 'string', value: Buffer.from(value) } };
  return { name, value: { kind: 'ints', value: (value as readonly number[]).map(BigInt) } };
}

/** A model of nodes in their order. */
export function smallModel(
  inputs: readonly End[],
  outputs: readonly End[],
  nodes: readonly Node[],
  initializers: readonly OnnxTensor[] = [],
): OnnxModel {
  return {
    irVersion: 8,
    opsets: [{ domain: '', version: 18 }],
    metadata: [],
    functions: [],
    graph: {
      name: 'small',
      nodes,
      initializers,
      sparseInitializers: [],
      inputs: inputs.map(infoOf),
      outputs: outputs.map(infoOf),
      valueInfo: [],
      annotations: [],
      metadata: [],
    },
  };
}

function infoOf({ name, dtype, shape }: End): ValueInfo {
  const dims = shape?.map((size) => ({ size }));
  return {
    name,
    type: { kind: 'tensor', elementType: onnxType(dtype), shape: dims && { dims } },
    metadata: [],
  };
}

/** What ONNX Runtime answers, without changing the model first. */
export async function answersOf(
  scope: TestScope,
  model: OnnxModel,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Readonly<Record<string, Tensor>>> {
  const path = await rewritten(scope, model);
  const options = { intraOpNumThreads: 1, graphOptimizationLevel: 'disabled', logSeverityLevel: 4 } as const;
  const session = await InferenceSession.create(path, options);
  const answers = await session.run(feeds);
  await session.release();
  return answers;
}

/** Numbers that are all different. */
export function countedTensor(shape: readonly number[], dtype: 'float32' | 'bool' = 'float32'): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  if (dtype === 'bool')
    return new Tensor(
      'bool',
      Array.from({ length: count }, (_, at) => at % 3 === 0),
      shape,
    );
  return new Tensor(
    'float32',
    Float32Array.from({ length: count }, (_, at) => ((at * 7) % count) - count / 3),
    shape,
  );
}

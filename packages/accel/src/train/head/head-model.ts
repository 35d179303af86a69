import { type Dimension, floatTensor, makeNode, type OnnxModel, type ValueInfo } from '@slipway/graph/onnx';
import type { LinearModel } from './linear-model.ts';

/** The tensors of a trained head, as the accelerated models' classifiers name theirs. */
export const HEAD_SCOPE = 'classifier/trained';
export const HEAD_OUTPUT = `${HEAD_SCOPE}/predictions/Softmax:0`;

/**
 * A trained head as a model: it takes `features`, as the featurizer gives them, and answers with the probabilities of
 * the classes. Its version of ONNX is the featurizer's, so that both can be joined.
 */
export function headModel(
  { features, classes, weights, biases }: LinearModel,
  input: ValueInfo,
  { irVersion, opsets }: Pick<OnnxModel, 'irVersion' | 'opsets'>,
): OnnxModel {
  const kernel = new Float32Array(features * classes);
  for (let each = 0; each < classes; each += 1) {
    for (let row = 0; row < features; row += 1) {
      kernel[row * classes + each] = weights[each * features + row] as number;
    }
  }
  const name = (part: string) => `${HEAD_SCOPE}/${part}`;
  const nodes = [
    makeNode({
      name: name('flatten/Flatten'),
      op: 'Flatten',
      inputs: [input.name ?? ''],
      outputs: [name('flatten/Flatten:0')],
    }),
    makeNode({
      name: name('logits/MatMul'),
      op: 'MatMul',
      inputs: [name('flatten/Flatten:0'), name('logits/weights')],
      outputs: [name('logits/MatMul:0')],
    }),
    makeNode({
      name: name('logits/BiasAdd'),
      op: 'Add',
      inputs: [name('logits/MatMul:0'), name('logits/biases')],
      outputs: [name('logits/BiasAdd:0')],
    }),
    makeNode({
      name: name('predictions/Softmax'),
      op: 'Softmax',
      inputs: [name('logits/BiasAdd:0')],
      outputs: [HEAD_OUTPUT],
    }),
  ];
  return {
    irVersion,
    producerName: 'slipway',
    graph: {
      name: HEAD_SCOPE,
      nodes,
      initializers: [
        floatTensor(name('logits/weights'), [features, classes], Array.from(kernel)),
        floatTensor(name('logits/biases'), [classes], Array.from(biases)),
      ],
      sparseInitializers: [],
      inputs: [input],
      outputs: [probabilities(input, classes)],
      valueInfo: [],
      annotations: [],
      metadata: [],
    },
    opsets: opsets.filter(({ domain = '' }) => domain === '' || domain === 'ai.onnx'),
    metadata: [],
    functions: [],
  };
}

function probabilities({ type }: ValueInfo, classes: number): ValueInfo {
  const batch: Dimension = (type?.kind === 'tensor' ? type.shape?.dims[0] : undefined) ?? {};
  const shape = { dims: [batch, { size: classes }] };
  return { name: HEAD_OUTPUT, type: { kind: 'tensor', elementType: 'float', shape }, metadata: [] };
}

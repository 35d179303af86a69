import { encodeModel, node, tensorSpec } from '@slipway/testkit';

/**
 * A model as a conversion from TensorFlow writes it, with the keys of the signature: `total` is `a + b`, and `outputs` is
 * `a - b`, each of FP32 `[batch, 2]`.
 */
export function convertedModel(): Uint8Array {
  const pair = (name: string) => tensorSpec(name, 'FP32', ['batch', 2]);
  const inputs = ['serving_default_a:0', 'serving_default_b:0'];
  const outputs = ['StatefulPartitionedCall:0', 'StatefulPartitionedCall:1'];
  return encodeModel({
    opset: 21,
    graph: {
      inputs: inputs.map(pair),
      outputs: outputs.map(pair),
      nodes: ['Add', 'Sub'].map((operator, index) => node(operator, inputs, [outputs[index] ?? ''])),
    },
    metadata: {
      'tensorflow.inputs': JSON.stringify({ a: inputs[0], b: inputs[1] }),
      'tensorflow.outputs': JSON.stringify({ total: outputs[0], outputs: outputs[1] }),
    },
  });
}

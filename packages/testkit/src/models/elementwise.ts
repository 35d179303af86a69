import type { Datatype, Dimension } from '@slipway/contract';
import { encodeModel } from '../onnx/encode.ts';
import { node, tensorSpec } from '../onnx/model.ts';
import { OPSET } from './opset.ts';

/** `output` is `input` itself: shows that a datatype and a shape go through whole. */
export function identityModel(datatype: Datatype, shape: readonly Dimension[]): Uint8Array {
  return encodeModel({
    opset: OPSET,
    graph: {
      inputs: [tensorSpec('input', datatype, shape)],
      outputs: [tensorSpec('output', datatype, shape)],
      nodes: [node('Identity', ['input'], ['output'])],
    },
  });
}

/** Two inputs `a` and `b`, FP32 [batch, 2], and their `sum`. */
export function addModel(): Uint8Array {
  const shape = ['batch', 2];
  return encodeModel({
    opset: OPSET,
    graph: {
      inputs: [tensorSpec('a', 'FP32', shape), tensorSpec('b', 'FP32', shape)],
      outputs: [tensorSpec('sum', 'FP32', shape)],
      nodes: [node('Add', ['a', 'b'], ['sum'])],
    },
  });
}

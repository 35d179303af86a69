import { encodeModel } from '../onnx/encode.ts';
import { node, tensorSpec } from '../onnx/model.ts';
import { OPSET } from './opset.ts';

/** A model whose weights stand in a second file beside it. */
export interface ExternalDataModel {
  readonly model: Uint8Array;
  /** Name that the data file must have, in the model's own folder. */
  readonly dataFile: string;
  readonly data: Uint8Array;
}

/** `input` FP32 [batch, 4] plus the weights 1, 2, 3, 4 is `output`; the weights are external data. */
export function externalDataModel(): ExternalDataModel {
  const dataFile = 'weights.bin';
  const data = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
  const external = { location: dataFile, offset: 0, length: data.byteLength };
  const model = encodeModel({
    opset: OPSET,
    graph: {
      inputs: [tensorSpec('input', 'FP32', ['batch', 4])],
      outputs: [tensorSpec('output', 'FP32', ['batch', 4])],
      nodes: [node('Add', ['input', 'weights'], ['output'])],
      initializers: [{ name: 'weights', datatype: 'FP32', shape: [4], external }],
    },
  });
  return { model, dataFile, data };
}

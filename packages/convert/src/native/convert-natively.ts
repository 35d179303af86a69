import type { ConvertJobRequest } from '@slipway/contract';
import type { OnnxModel } from '@slipway/graph/onnx';
import {
  type ImagePreprocessing,
  importTensorFlow,
  type OpCount,
  type TensorFlowModel,
} from '@slipway/graph/tensorflow';

/** An ONNX model, before it is optimized, and how it came to be. */
export interface Conversion {
  readonly model: OnnxModel;
  readonly images: readonly ImagePreprocessing[];
  readonly ops: readonly OpCount[];
  /** What converted, with its version. */
  readonly converter: string;
}

/** Converts by the import of our own. Throws `GraphError`. */
export async function convertNatively(
  source: TensorFlowModel,
  request: ConvertJobRequest,
  version: string,
): Promise<Conversion> {
  const { model, images, report } = await importTensorFlow(source, {
    inputs: request.inputs,
    outputs: request.outputs,
    signature: request.signature,
    tags: request.graphTags,
  });
  return { model, images, ops: report.ops, converter: `slipway ${version}` };
}

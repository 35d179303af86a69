import type { ConvertJobRequest } from '@slipway/contract';
import type { ModelSignatureFile } from '@slipway/contract/api';
import type { OnnxModel } from '@slipway/graph/onnx';
import {
  type ImagePreprocessing,
  importTensorFlow,
  type OpCount,
  type TensorFlowModel,
} from '@slipway/graph/tensorflow';

/** A declaration of what the model's own file cannot say, and the files that it names, by their paths. */
export interface FilesBeside {
  readonly signature: ModelSignatureFile | undefined;
  readonly files: readonly string[];
}

/** An ONNX model, before it is optimized, and how it came to be. */
export interface Conversion {
  readonly model: OnnxModel;
  /** Which input of the model takes the pixels of images that callers send under a name. */
  readonly images: readonly Pick<ImagePreprocessing, 'name' | 'input'>[];
  /** What is to stand beside the model. */
  readonly beside: FilesBeside;
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
  return { model, images, beside: besideOf(images), ops: report.ops, converter: `slipway ${version}` };
}

function besideOf(images: readonly ImagePreprocessing[]): FilesBeside {
  return { signature: images.length === 0 ? undefined : signatureOf(images), files: [] };
}

function signatureOf(images: readonly ImagePreprocessing[]): ModelSignatureFile {
  const inputs = images.map(({ input, mean, std, scale, shorterSide, ...image }) => [
    input,
    {
      image: {
        ...image,
        ...(shorterSide !== undefined && { shorterSide }),
        mean: [...mean] as [number, number, number],
        std: [...std] as [number, number, number],
        scale: [...scale] as [number, number, number],
      },
    },
  ]);
  return { kind: 'ModelSignature', inputs: Object.fromEntries(inputs) };
}

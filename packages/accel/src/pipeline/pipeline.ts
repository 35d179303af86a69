import type { Detector, ImageInput } from '@slipway/contract';
import type { OnnxModel } from '@slipway/graph/onnx';

/** What callers call tensors, by what the model calls them: `{ images: 'Placeholder:0' }`. */
export type Aliases = Readonly<Record<string, string>>;

/** Encoded images → pixels → featurizer → head, as one plain value: what a model folder holds. */
export interface Pipeline {
  /** How encoded images, under `preprocessing.name`, become the input `preprocessing.input` of the model. */
  readonly preprocessing: ImageInput;
  /** From pixels to outputs. Its metadata says where the weights come from. */
  readonly model: OnnxModel;
  /** The tensors between featurizer and head; none where there is no head. */
  readonly features: readonly string[];
  /** Other names of the tensor of images; its own is `preprocessing.name`. */
  readonly inputs: Aliases;
  readonly outputs: Aliases;
  /** The names of the classes, the first one's first, along the last axis of the only output. */
  readonly labels: readonly string[] | undefined;
  /** What a replica makes of a detector's raw outputs, if anything. */
  readonly detections?: NamedDetector | undefined;
}

/** A detector, with the names of its classes, that of the background first. */
export interface NamedDetector extends Detector {
  readonly labels?: readonly string[] | undefined;
}

/** What an `ImageInput` says, with its defaults left out; which name images have is said elsewhere. */
export type Preprocessing = Pick<ImageInput, 'input' | 'width' | 'height' | 'resize' | 'fit' | 'layout'> & {
  readonly [Field in Exclude<keyof ImageInput, 'name'>]?: ImageInput[Field] | undefined;
};

/** The tensor of encoded images, as graphs of TensorFlow name their first placeholder. */
export const IMAGES_TENSOR = 'Placeholder:0';

/** The keys under which pipelines take images and give the only output, as the accelerated models' clients have them. */
export const IMAGES_KEY = 'images';
export const OUTPUT_KEY = 'output_alias';

import type { OnnxModel } from '../onnx/model.ts';
import type { OpCount } from '../tensorflow/count-ops.ts';

/** What an import gives. */
export interface ImportedModel {
  readonly model: OnnxModel;
  /** Of the inputs that callers send as encoded images: how pixels become what the model takes. */
  readonly images: readonly ImagePreprocessing[];
  readonly report: ImportReport;
}

/** One number for red, green and blue each. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** How encoded images become an input of the model, as the file `signature.json` beside a model declares it. */
export interface ImagePreprocessing {
  /** The input of the model, a tensor of `datatype` and `layout`. */
  readonly input: string;
  /** TensorFlow's tensor of strings, under which callers send the images. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly resize: 'tf1_bilinear' | 'tf2_bilinear' | 'nearest' | 'tf2_nearest';
  readonly fit: 'stretch' | 'crop';
  /** Pixels of the shorter side before the centre is cut out, with `crop`. */
  readonly shorterSide?: number | undefined;
  /** How the scaled sides become whole, with `crop`. */
  readonly sides?: 'exact' | 'float32' | 'float32_rounded' | undefined;
  readonly channelOrder: 'rgb' | 'bgr';
  /** An element is (level - mean) / std * scale, where levels run from 0 to 255. */
  readonly mean: Rgb;
  readonly std: Rgb;
  readonly scale: Rgb;
  readonly layout: 'NHWC' | 'NCHW';
  readonly datatype: 'FP32';
}

/** What was done on the way from TensorFlow to ONNX. */
export interface ImportReport {
  /** TensorFlow's nodes that the outputs are computed from, by op. */
  readonly ops: readonly OpCount[];
  /** Nodes of ONNX before any optimizer. */
  readonly nodes: number;
  /** Nodes of ONNX that were computed when the model was converted, as they take constants alone. */
  readonly folded: number;
  /** Elements of all constants and variables in the ONNX model. */
  readonly parameters: number;
}

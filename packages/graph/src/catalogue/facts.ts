import type { ImagePreprocessing, Rgb } from '../import/imported-model.ts';
import type { DenseNet, Network, ResNet } from './network.ts';

export type CatalogueName = 'resnet50' | 'resnet152' | 'densenet121' | 'vgg16' | 'ssdvgg';

/** What a network of the catalogue is, as the library of the accelerated models has it. */
export interface CatalogueEntry {
  readonly name: CatalogueName;
  /** The names of its classes in Python. */
  readonly classes: { readonly float: string; readonly quantized: string };
  readonly versions: { readonly float: string; readonly quantized: string };
  readonly network: Network;
  /** `null` stands for the batch. */
  readonly inputDims: readonly (number | null)[];
  /** Of the featurizer: the features, or all twelve outputs of SSD-VGG. */
  readonly outputs: readonly NamedTensor[];
  /** What the default classifier gives; SSD-VGG has none. */
  readonly classifier: (NamedTensor & { readonly kind: 'probabilities' | 'logits' }) | undefined;
  /** How encoded images become the input. */
  readonly preprocessing: ImagePreprocessing;
}

export interface NamedTensor {
  /** With `:0`, as clients send it. */
  readonly tensor: string;
  readonly dims: readonly (number | null)[];
}

/** The featurizer's input, and what it gives, as the original's graphs name them. */
export const INPUT_TENSOR = 'InputImage:0';
export const FEATURE_TENSOR = 'brainwave_target_node_1_Version_0.1:0';

/** Of graphs whose version in the original nobody knows. */
const OWN_VERSION = 'slipway-1';

const MEAN: Rgb = [123.68, 116.779, 103.939];
const PHOTO = { side: 224, mean: MEAN, scale: 1 };
const CLASSES = 1000;

const RESNET_50: ResNet = {
  family: 'resnet',
  scope: 'resnet_v1_50',
  input: PHOTO,
  classes: CLASSES,
  width: 64,
  units: [3, 4, 6, 3],
};

const RESNET_152: ResNet = { ...RESNET_50, scope: 'resnet_v1_152', units: [3, 8, 36, 3] };

const DENSENET_121: DenseNet = {
  family: 'densenet',
  scope: 'densenet121',
  input: { ...PHOTO, scale: 0.017 },
  classes: CLASSES,
  width: 64,
  growth: 32,
  units: [6, 12, 24, 16],
};

const VGG_16: Network = {
  family: 'vgg',
  scope: 'vgg_16',
  input: PHOTO,
  classes: CLASSES,
  widths: [64, 128, 256, 512, 512],
  units: [2, 2, 3, 3, 3],
  hidden: 4096,
};

const SSD_VGG: Network = {
  family: 'ssd',
  scope: 'ssd_300_vgg',
  input: { ...PHOTO, side: 300 },
  classes: 21,
  width: 64,
};

/** Rows, columns and anchors of each block. */
const SSD_CELLS = [
  [4, 37, 4],
  [7, 19, 6],
  [8, 10, 6],
  [9, 5, 6],
  [10, 3, 4],
  [11, 1, 4],
] as const;

/** The accelerated networks by their names. */
export const CATALOGUE: Readonly<Record<CatalogueName, CatalogueEntry>> = {
  resnet50: {
    name: 'resnet50',
    classes: { float: 'Resnet50', quantized: 'QuantizedResnet50' },
    versions: { float: '1.1.3', quantized: '1.1.2' },
    network: RESNET_50,
    inputDims: inputDims(RESNET_50),
    outputs: features(2048),
    classifier: probabilities('classifier/resnet_v1_50/predictions/Softmax:0'),
    preprocessing: preprocessing(RESNET_50),
  },
  resnet152: {
    name: 'resnet152',
    classes: { float: 'Resnet152', quantized: 'QuantizedResnet152' },
    versions: { float: OWN_VERSION, quantized: OWN_VERSION },
    network: RESNET_152,
    inputDims: inputDims(RESNET_152),
    outputs: features(2048),
    classifier: probabilities('classifier/resnet_v1_152/predictions/Softmax:0'),
    preprocessing: preprocessing(RESNET_152),
  },
  densenet121: {
    name: 'densenet121',
    classes: { float: 'Densenet121', quantized: 'QuantizedDensenet121' },
    versions: { float: '1.1.4', quantized: OWN_VERSION },
    network: DENSENET_121,
    inputDims: inputDims(DENSENET_121),
    outputs: features(1024),
    classifier: probabilities('classifier/densenet121/predictions/Softmax:0'),
    preprocessing: preprocessing(DENSENET_121),
  },
  vgg16: {
    name: 'vgg16',
    classes: { float: 'Vgg16', quantized: 'QuantizedVgg16' },
    versions: { float: '1.1.3', quantized: OWN_VERSION },
    network: VGG_16,
    inputDims: inputDims(VGG_16),
    outputs: features(4096),
    classifier: { tensor: 'classifier/vgg_16/fc8/squeezed:0', dims: [null, CLASSES], kind: 'logits' },
    preprocessing: preprocessing(VGG_16),
  },
  ssdvgg: {
    name: 'ssdvgg',
    classes: { float: 'SsdVgg', quantized: 'QuantizedSsdVgg' },
    versions: { float: '1.1.3', quantized: '1.1.3' },
    network: SSD_VGG,
    inputDims: inputDims(SSD_VGG),
    outputs: [...boxes('Reshape_1', SSD_VGG.classes), ...boxes('Reshape', 4)],
    classifier: undefined,
    preprocessing: preprocessing(SSD_VGG),
  },
};

function inputDims({ input }: Network): readonly (number | null)[] {
  return [null, input.side, input.side, 3];
}

function features(count: number): readonly NamedTensor[] {
  return [{ tensor: FEATURE_TENSOR, dims: [null, 1, 1, count] }];
}

function probabilities(tensor: string): CatalogueEntry['classifier'] {
  return { tensor, dims: [null, CLASSES], kind: 'probabilities' };
}

function boxes(reshape: string, width: number): readonly NamedTensor[] {
  return SSD_CELLS.map(([block, side, anchors]) => ({
    tensor: `${SSD_VGG.scope}/block${block}_box/${reshape}:0`,
    dims: [null, side, side, anchors, width],
  }));
}

/** As `preprocess_array` does it: SSD-VGG's images are stretched, all others keep their aspect ratio. */
function preprocessing({ family, input }: Network): ImagePreprocessing {
  const { side, mean, scale } = input;
  return {
    input: INPUT_TENSOR,
    name: 'images',
    width: side,
    height: side,
    resize: 'tf1_bilinear',
    ...(family === 'ssd' ? { fit: 'stretch' } : { fit: 'crop', shorterSide: 256, sides: 'float32' }),
    channelOrder: 'rgb',
    mean,
    std: [1, 1, 1],
    scale: [scale, scale, scale],
    layout: 'NHWC',
    datatype: 'FP32',
  };
}

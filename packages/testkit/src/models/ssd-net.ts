import { elementCount, type Tensor } from '@slipway/contract';
import { blockShape, SSD_VGG_300 } from '@slipway/contract/detection';
import { encodeModel } from '../onnx/encode.ts';
import { node, tensor, tensorSpec } from '../onnx/model.ts';
import { OPSET } from './opset.ts';

/** What the detector shall claim to see. */
export interface SsdObject {
  /** The outputs' name of the feature map. */
  readonly block: string;
  /** Place of the anchor in it, rows first. */
  readonly anchor: number;
  readonly classIndex: number;
  readonly logit: number;
}

/** Logit of the background at every anchor, where all else has 0. */
const BACKGROUND = 10;

export interface SsdNetOptions {
  /** It sees nothing in images whose numbers have a mean of 0 or less; default: it sees the same in every image. */
  readonly onlyInBright?: boolean;
}

/**
 * The 12 outputs of SSD-VGG-300 in their order and under their names, from `InputImage`, FP32 [batch, 300, 300, 3]: objects are
 * where their anchors are.
 */
export function ssdNet(
  objects: readonly SsdObject[],
  { onlyInBright = false }: SsdNetOptions = {},
): Uint8Array {
  const logits = logitsOf(objects);
  const constants = [...logits, ...offsets()];
  const { imageSize, classes } = SSD_VGG_300;
  const background = Float32Array.from({ length: classes }, (_, index) => (index === 0 ? BACKGROUND : 0));
  const initializers = [
    tensor('zero', 'FP32', [], Float32Array.of(0)),
    tensor('one', 'FP32', [], Float32Array.of(1)),
    tensor('fiveAxes', 'INT64', [5], BigInt64Array.of(-1n, 1n, 1n, 1n, 1n)),
    tensor('background', 'FP32', [classes], background),
    ...constants.map((constant) => ({ ...constant, name: `${constant.name}/constant` })),
  ];
  const seen = onlyInBright
    ? [node('Sign', ['mean'], ['sign']), node('Relu', ['sign'], ['seen'])]
    : [node('Mul', ['mean', 'zero'], ['nothing']), node('Add', ['nothing', 'one'], ['seen'])];
  return encodeModel({
    opset: OPSET,
    graph: {
      inputs: [tensorSpec('InputImage', 'FP32', ['batch', imageSize, imageSize, 3])],
      outputs: constants.map(({ name, shape }) => tensorSpec(name, 'FP32', ['batch', ...shape.slice(1)])),
      nodes: [
        // The answer has as many images as the request.
        node('ReduceMean', ['InputImage'], ['mean'], { axes: { ints: [1, 2, 3] } }),
        ...seen,
        node('Reshape', ['seen', 'fiveAxes'], ['batch']),
        ...logits.flatMap(({ name }) => [
          node('Mul', [`${name}/constant`, 'batch'], [`${name}/objects`]),
          node('Add', [`${name}/objects`, 'background'], [name]),
        ]),
        ...offsets().map(({ name }) => node('Mul', [`${name}/constant`, 'batch'], [name])),
      ],
      initializers,
    },
  });
}

function logitsOf(objects: readonly SsdObject[]): Tensor[] {
  const { blocks, classes } = SSD_VGG_300;
  return blocks.map((block) => {
    const shape = blockShape(block, classes);
    const data = new Float32Array(elementCount(shape));
    for (const { anchor, classIndex, logit } of objects.filter((object) => object.block === block.name))
      data[anchor * classes + classIndex] = logit;
    return tensor(`ssd_300_vgg/${block.name}_box/Reshape_1:0`, 'FP32', [1, ...shape], data);
  });
}

function offsets(): Tensor[] {
  return SSD_VGG_300.blocks.map((block) => {
    const shape = blockShape(block, 4);
    const data = new Float32Array(elementCount(shape));
    return tensor(`ssd_300_vgg/${block.name}_box/Reshape:0`, 'FP32', [1, ...shape], data);
  });
}

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

/**
 * The 12 outputs of SSD-VGG-300 in their order and under their names, from `InputImage`, FP32 [batch, 300, 300, 3]: it sees the
 * same objects in every image, each where its anchor is.
 */
export function ssdNet(objects: readonly SsdObject[]): Uint8Array {
  const constants = [...logitsOf(objects), ...offsets()];
  const initializers = [
    tensor('zero', 'FP32', [], Float32Array.of(0)),
    tensor('fiveAxes', 'INT64', [5], BigInt64Array.of(-1n, 1n, 1n, 1n, 1n)),
    ...constants.map((constant) => ({ ...constant, name: `${constant.name}/constant` })),
  ];
  return encodeModel({
    opset: OPSET,
    graph: {
      inputs: [tensorSpec('InputImage', 'FP32', ['batch', SSD_VGG_300.imageSize, SSD_VGG_300.imageSize, 3])],
      outputs: constants.map(({ name, shape }) => tensorSpec(name, 'FP32', ['batch', ...shape.slice(1)])),
      nodes: [
        // The answer has as many images as the request.
        node('ReduceMean', ['InputImage'], ['mean'], { axes: { ints: [1, 2, 3] } }),
        node('Mul', ['mean', 'zero'], ['nothing']),
        node('Reshape', ['nothing', 'fiveAxes'], ['batch']),
        ...constants.map(({ name }) => node('Add', [`${name}/constant`, 'batch'], [name])),
      ],
      initializers,
    },
  });
}

function logitsOf(objects: readonly SsdObject[]): Tensor[] {
  const { blocks, classes } = SSD_VGG_300;
  return blocks.map((block) => {
    const shape = blockShape(block, classes);
    const data = Float32Array.from({ length: elementCount(shape) }, (_, index) => {
      return index % classes === 0 ? BACKGROUND : 0;
    });
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

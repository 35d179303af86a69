import { type Convolution, conv, maxPool, relu } from '../layers.ts';
import type { Ssd } from '../network.ts';
import { type Feature, floatConstant, node, type Sketch, weight, wholeConstant } from '../sketch.ts';
import { vggBlock } from './vgg.ts';

/** Anchors in each cell, by the blocks that boxes are found in. */
export const SSD_ANCHORS: readonly (readonly [block: number, anchors: number])[] = [
  [4, 4],
  [7, 6],
  [8, 6],
  [9, 6],
  [10, 4],
  [11, 4],
];

/** Numbers of a box. */
const OFFSETS = 4;

/** Below this, the sum of squares is not divided by: https://github.com/balancap/SSD-Tensorflow has it so. */
const LEAST_SQUARES = 1e-12;

/** An output of the network: batch, rows, columns, anchors, classes or offsets. */
export interface Boxes {
  readonly name: string;
  readonly dims: readonly number[];
}

/** From pixels to the class logits of all blocks, and then the offsets of their boxes. */
export function ssd(to: Sketch, x: Feature, { width, classes }: Ssd): readonly Boxes[] {
  const ends = new Map<number, Feature>();
  let y = vggOf(to, x, width, ends);
  for (const [block, channels, stride] of [
    [8, 4 * width, 2],
    [9, 2 * width, 2],
    [10, 2 * width, 1],
    [11, 2 * width, 1],
  ] as const) {
    y = extraBlock(to, y, `block${block}`, channels, stride);
    ends.set(block, y);
  }
  const blocks = SSD_ANCHORS.map(([block, anchors]) =>
    boxesOf(to, ends.get(block) as Feature, block, anchors, classes),
  );
  return [...blocks.map(({ logits }) => logits), ...blocks.map(({ offsets }) => offsets)];
}

/** VGG-16 with its fully connected layers as convolutions, the first one dilated. */
function vggOf(to: Sketch, x: Feature, width: number, ends: Map<number, Feature>): Feature {
  let y = x;
  for (const [index, count] of [2, 2, 3, 3, 3].entries()) {
    const block = index + 1;
    y = vggBlock(to, y, block, count, width * Math.min(8, 2 ** index));
    ends.set(block, y);
    // 75 rows become 37, as in the original, and those 19; the last pooling leaves the sides as they are.
    y = maxPool(to, y, `pool${block}`, block < 5 ? 2 : 3, block < 5 ? 2 : 1, block < 4 ? 0 : 'same');
  }
  y = activated(to, y, 'conv6', { channels: 16 * width, size: 3, rate: 6, padding: 'same', bias: true });
  y = activated(to, y, 'conv7', { channels: 16 * width, size: 1, bias: true });
  ends.set(7, y);
  return y;
}

function extraBlock(to: Sketch, x: Feature, layer: string, channels: number, stride: number): Feature {
  const y = activated(to, x, `${layer}/conv1x1`, { channels, size: 1, bias: true });
  const padding = stride === 2 ? 1 : 0;
  return activated(to, y, `${layer}/conv3x3`, {
    channels: 2 * channels,
    size: 3,
    stride,
    padding,
    bias: true,
  });
}

function activated(to: Sketch, x: Feature, layer: string, options: Convolution): Feature {
  return relu(to, conv(to, x, layer, options), layer);
}

function boxesOf(to: Sketch, end: Feature, block: number, anchors: number, classes: number) {
  const layer = `block${block}_box`;
  const x = block === 4 ? normalized(to, end, `${layer}/L2Normalization`) : end;
  return {
    logits: asAnchors(to, x, layer, 'conv_cls', 'Reshape_1', [anchors, classes]),
    offsets: asAnchors(to, x, layer, 'conv_loc', 'Reshape', [anchors, OFFSETS]),
  };
}

/** The channels of each pixel as a vector of length 1, times a scale. */
function normalized(to: Sketch, x: Feature, layer: string): Feature {
  const squares = node(to, 'ReduceSumSquare', layer, [x.name, wholeConstant(to, layer, [1])], {
    keepdims: 1,
  });
  const bounded = node(to, 'Max', layer, [squares, floatConstant(to, layer, [LEAST_SQUARES])]);
  const unit = node(to, 'Div', layer, [x.name, node(to, 'Sqrt', layer, [bounded])]);
  const spread = 1 / x.channels;
  const scale = weight(to, { layer, role: 'scale', dims: [x.channels], dense: false, spread });
  const channels = node(to, 'Unsqueeze', layer, [scale, wholeConstant(to, layer, [1, 2])]);
  return { ...x, name: node(to, 'Mul', layer, [unit, channels]), spread: 400 * spread };
}

/** A convolution whose channels become anchors of so many numbers, behind rows and columns. */
function asAnchors(
  to: Sketch,
  x: Feature,
  layer: string,
  part: string,
  reshape: string,
  [anchors, width]: readonly [number, number],
): Boxes {
  const y = conv(to, x, `${layer}/${part}`, { channels: anchors * width, size: 3, padding: 1, bias: true });
  const last = node(to, 'Transpose', `${layer}/${part}`, [y.name], { perm: [0, 2, 3, 1] });
  const dims = [y.side, y.side, anchors, width];
  const shape = wholeConstant(to, `${layer}/${reshape}`, [0, ...dims]);
  const name = `${to.prefix}${to.scope}/${layer}/${reshape}:0`;
  return { name: node(to, 'Reshape', `${layer}/${reshape}`, [last, shape], {}, name), dims };
}

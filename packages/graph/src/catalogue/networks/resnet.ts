import { add, batchNorm, type Convolution, conv, globalPool, maxPool, relu } from '../layers.ts';
import type { ResNet, Variant } from '../network.ts';
import type { Feature, Sketch } from '../sketch.ts';

/** A unit gives so many times the channels that it has inside. */
const EXPANSION = 4;

/** From pixels to the features of the image. */
export function resnet(to: Sketch, x: Feature, { width, units }: ResNet, variant: Variant): Feature {
  let y = stem(to, x, width, variant);
  for (const [index, count] of units.entries()) {
    // The first pooling has halved the sides for the first block; slim halves them at the end of a block instead.
    const late = variant.stride === 'last 3x3';
    const halved = late ? index < units.length - 1 : index > 0;
    for (let unit = 1; unit <= count; unit += 1) {
      const stride = halved && unit === (late ? count : 1) ? 2 : 1;
      const layer = `block${index + 1}/unit_${unit}/bottleneck_v1`;
      y = bottleneck(to, y, layer, width * 2 ** index, stride, variant);
    }
  }
  return globalPool(to, y, 'pool5');
}

function stem(to: Sketch, x: Feature, channels: number, variant: Variant): Feature {
  const { convolution, pooling } = variant.stem;
  const padding = convolution === 'same' ? 'same' : 3;
  const y = normed(to, x, 'conv1', { channels, size: 7, stride: 2, padding, bias: variant.biases }, variant);
  return maxPool(to, relu(to, y, 'conv1'), 'pool1', 3, 2, pooling === 'same' ? 'same' : 1);
}

function bottleneck(
  to: Sketch,
  x: Feature,
  layer: string,
  inside: number,
  stride: number,
  variant: Variant,
): Feature {
  const [first, second] = variant.stride === 'first 1x1' ? [stride, 1] : [1, stride];
  const bias = variant.biases;
  const channels = inside * EXPANSION;
  const shortcut = shortcutOf(to, x, `${layer}/shortcut`, channels, stride, variant);
  let y = normed(to, x, `${layer}/conv1`, { channels: inside, size: 1, stride: first, bias }, variant);
  y = relu(to, y, `${layer}/conv1`);
  y = normed(
    to,
    y,
    `${layer}/conv2`,
    { channels: inside, size: 3, stride: second, padding: 1, bias },
    variant,
  );
  y = relu(to, y, `${layer}/conv2`);
  y = normed(to, y, `${layer}/conv3`, { channels, size: 1, bias }, variant);
  return relu(to, add(to, shortcut, y, layer), layer);
}

/** A convolution where the channels become others; otherwise what comes in, every second pixel of it with a stride. */
function shortcutOf(
  to: Sketch,
  x: Feature,
  layer: string,
  channels: number,
  stride: number,
  variant: Variant,
): Feature {
  if (x.channels !== channels)
    return normed(to, x, layer, { channels, size: 1, stride, bias: variant.biases }, variant);
  return stride === 1 ? x : maxPool(to, x, layer, 1, stride, 0);
}

function normed(to: Sketch, x: Feature, layer: string, options: Convolution, { epsilon }: Variant): Feature {
  return batchNorm(to, conv(to, x, layer, options), `${layer}/BatchNorm`, epsilon);
}

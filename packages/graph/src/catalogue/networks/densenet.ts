import { averagePool, batchNorm, concat, conv, globalPool, maxPool, relu } from '../layers.ts';
import type { DenseNet, Variant } from '../network.ts';
import type { Feature, Sketch } from '../sketch.ts';

/** The first convolution of a unit gives so many times the channels that the unit adds. */
const BOTTLENECK = 4;
/** A transition leaves one of so many channels. */
const COMPRESSION = 2;

/** From pixels to the features of the image. */
export function densenet(to: Sketch, x: Feature, network: DenseNet, variant: Variant): Feature {
  const { units, growth } = network;
  let y = stem(to, x, network.width, variant);
  for (const [index, count] of units.entries()) {
    const block = `dense_block${index + 1}`;
    for (let unit = 1; unit <= count; unit += 1)
      y = denseUnit(to, y, `${block}/conv_block${unit}`, growth, variant);
    if (index < units.length - 1) y = transition(to, y, `transition_block${index + 1}`, variant);
  }
  y = relu(to, batchNorm(to, y, 'final_block/BatchNorm', variant.epsilon), 'final_block');
  return globalPool(to, y, 'final_block');
}

function stem(to: Sketch, x: Feature, channels: number, variant: Variant): Feature {
  const { convolution, pooling } = variant.stem;
  const padding = convolution === 'same' ? 'same' : 3;
  const y = conv(to, x, 'conv1', { channels, size: 7, stride: 2, padding, bias: variant.biases });
  const z = relu(to, batchNorm(to, y, 'BatchNorm', variant.epsilon), 'conv1');
  return maxPool(to, z, 'pool1', 3, 2, pooling === 'same' ? 'same' : 1);
}

function denseUnit(to: Sketch, x: Feature, layer: string, growth: number, variant: Variant): Feature {
  const y = activatedConv(to, x, `${layer}/x1`, growth * BOTTLENECK, 1, variant);
  return concat(to, x, activatedConv(to, y, `${layer}/x2`, growth, 3, variant), layer);
}

function transition(to: Sketch, x: Feature, layer: string, variant: Variant): Feature {
  const y = activatedConv(to, x, `${layer}/blk`, Math.floor(x.channels / COMPRESSION), 1, variant);
  return averagePool(to, y, layer, 2);
}

/** The batch norm stands before the convolution. */
function activatedConv(
  to: Sketch,
  x: Feature,
  layer: string,
  channels: number,
  size: number,
  { epsilon, biases }: Variant,
): Feature {
  const y = relu(to, batchNorm(to, x, `${layer}/BatchNorm`, epsilon), layer);
  return conv(to, y, `${layer}/Conv`, { channels, size, padding: (size - 1) / 2, bias: biases });
}

import { conv, maxPool, relu } from '../layers.ts';
import type { Vgg } from '../network.ts';
import type { Feature, Sketch } from '../sketch.ts';

/** From pixels to the features of the image: what the second fully connected layer gives. */
export function vgg(to: Sketch, x: Feature, { widths, units, hidden }: Vgg): Feature {
  let y = x;
  for (const [index, count] of units.entries()) {
    y = vggBlock(to, y, index + 1, count, widths[index] ?? 0);
    y = maxPool(to, y, `pool${index + 1}`, 2, 2, 0);
  }
  y = fullyConnected(to, y, 'fc6', hidden);
  return fullyConnected(to, y, 'fc7', hidden);
}

/** Convolutions of three rows and columns, without the pooling behind them. */
export function vggBlock(to: Sketch, x: Feature, block: number, count: number, channels: number): Feature {
  let y = x;
  for (let index = 1; index <= count; index += 1) {
    const layer = `conv${block}/conv${block}_${index}`;
    y = relu(to, conv(to, y, layer, { channels, size: 3, padding: 1, bias: true }), layer);
  }
  return y;
}

/** As a convolution over all that there is: one row and column are left. */
function fullyConnected(to: Sketch, x: Feature, layer: string, channels: number): Feature {
  return relu(to, conv(to, x, layer, { channels, size: x.side, bias: true, dense: true }), layer);
}

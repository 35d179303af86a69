import { CATALOGUE } from './facts.ts';
import type { DenseNet, ResNet, Ssd, Vgg } from './network.ts';

const { resnet50, densenet121, vgg16, ssdvgg } = CATALOGUE;

/** Networks of the same shapes with few channels, as scripts/make-catalogue-fixtures.py has them. */
export const TINY = {
  resnet: {
    ...(resnet50.network as ResNet),
    input: { ...resnet50.network.input, side: 48 },
    classes: 10,
    width: 4,
    units: [2, 1, 2, 1],
  },
  densenet: {
    ...(densenet121.network as DenseNet),
    input: { ...densenet121.network.input, side: 48 },
    classes: 10,
    width: 8,
    growth: 4,
    units: [2, 1, 2, 1],
  },
  vgg: {
    ...(vgg16.network as Vgg),
    input: { ...vgg16.network.input, side: 64 },
    classes: 10,
    widths: [4, 8, 8, 16, 16],
    hidden: 32,
  },
  ssd: { ...(ssdvgg.network as Ssd), classes: 3, width: 2 },
} as const satisfies Readonly<Record<string, ResNet | DenseNet | Vgg | Ssd>>;

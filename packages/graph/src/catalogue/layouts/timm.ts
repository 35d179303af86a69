import type { WeightSpec } from '../sketch.ts';
import type { Layout } from './layout.ts';
import { TORCHVISION } from './torchvision.ts';

const FULLY_CONNECTED: Readonly<Record<string, string>> = {
  fc6: 'pre_logits.fc1',
  fc7: 'pre_logits.fc2',
  fc8: 'head.fc',
};

/** timm's networks, which are torchvision's but for the end of VGG: there, only the last layer is a matrix. */
export const TIMM: Layout = {
  ...TORCHVISION,
  name: 'timm',
  nameOf: (spec, network) => {
    const layer = network.family === 'vgg' ? FULLY_CONNECTED[spec.layer] : undefined;
    if (layer === undefined) return TORCHVISION.nameOf(spec, network);
    return `${layer}.${spec.role === 'kernel' ? 'weight' : 'bias'}`;
  },
  isMatrix: ({ dense, layer }: WeightSpec) => dense && layer !== 'fc6' && layer !== 'fc7',
};

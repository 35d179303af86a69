import { join } from 'node:path';
import type { Comparison } from './comparison.ts';
import { rules } from './document.ts';

const ROOT = join(import.meta.dirname, '../../..');
const FRAMEWORK = 'the framework';

/** The accelerated networks in full size, built from weights of the frameworks that have them. */
export const CATALOGUE_NETWORKS: Comparison = {
  framework: FRAMEWORK,
  networks: [
    'slim-resnet50',
    'slim-resnet152',
    'slim-densenet121',
    'slim-vgg16',
    'slim-ssdvgg',
    'keras-resnet50',
    'keras-resnet152',
    'keras-densenet121',
    'keras-vgg16',
    'torchvision-resnet50',
    'torchvision-resnet152',
    'torchvision-densenet121',
    'torchvision-vgg16',
    'timm-resnet50',
    'timm-resnet152',
    'timm-densenet121',
    'timm-vgg16',
  ],
  script: join(ROOT, 'packages/graph/scripts/make-catalogue-networks.py'),
  requirements: join(ROOT, 'tests/heavy/requirements-catalogue.txt'),
  main: join(import.meta.dirname, 'build-main.ts'),
  page: join(ROOT, 'docs/catalogue.md'),
  introduction: `# The catalogue, compared with its frameworks

The networks of the [catalogue](reference/catalogue.md) in full size, built from files of weights and run in ONNX Runtime, beside what the framework answers that the weights are of: features, scores, and all outputs of SSD-VGG. This page is written by

    npm run test:heavy -- catalogue

or with names of networks instead, as below. It installs TensorFlow, TF-slim, PyTorch, torchvision and timm from PyPI (\`--python FILE\` takes an interpreter that has them), makes each network in the files that the framework writes, builds and compares. The weights are seeded: He-initialised kernels, batch norms calibrated on images, and last biases such that a hundred images have at least ten labels, which is asserted.
TF-slim's DenseNet, VGG and SSD are written with its layers, everything else is the framework's own network. The input is what the original's preprocessing leaves, also where the framework's own weights are for other pixels.

${rules(FRAMEWORK)}

Where two files give the same model, its answers are compared once. Seconds are from opening the file until the model is on the disk, memory is the most that the process held; other work went on beside it.`,
};

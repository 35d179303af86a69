import { join } from 'node:path';
import type { Comparison } from './comparison.ts';
import { rules } from './document.ts';

const ROOT = join(import.meta.dirname, '../../..');
const FRAMEWORK = 'TensorFlow';

/** Conversions of what TensorFlow wrote. */
export const TENSORFLOW: Comparison = {
  framework: FRAMEWORK,
  // Those of packages/graph/scripts/networks, from the smallest to the largest.
  networks: [
    'mnist-mlp',
    'keras-cnn',
    'text-lstm',
    'text-gru',
    'mobilenet-v2',
    'efficientnet-b0',
    'densenet-121',
    'inception-v3',
    'resnet-50',
    'resnet-152',
    'vgg-16',
    'ssd-vgg-300',
  ],
  script: join(ROOT, 'packages/graph/scripts/make-networks.py'),
  requirements: join(ROOT, 'tests/heavy/requirements.txt'),
  main: join(import.meta.dirname, 'convert-main.ts'),
  page: join(ROOT, 'docs/conversion.md'),
  introduction: `# Conversion, compared with TensorFlow

Networks that TensorFlow wrote, converted to ONNX and run in ONNX Runtime, beside what TensorFlow answers. This page is written by

    npm run test:heavy -- [NETWORK…]

which installs TensorFlow from PyPI (\`--python FILE\` takes an interpreter that has it), makes each network in every format, converts and compares. A network that is named alone changes its own table alone. The weights are seeded: He-initialised kernels, batch norms calibrated on images, and last biases of Keras networks such that a hundred samples have at least ten labels (five where there are ten classes), which is asserted.
TF 1 formats are written by TensorFlow 1's own classes, from a graph whose weights are its variables, one of them in two parts.

${rules(FRAMEWORK)}

Where two formats give the same model but for the names of tensors, its answers are compared once. Nodes are those before any optimizer. Seconds are from opening the files until the model is on the disk, memory is the most that the process held; other work went on beside it.`,
};

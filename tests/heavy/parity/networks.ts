/** Those of packages/graph/scripts/networks, from the smallest to the largest. */
export const NETWORKS = [
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
] as const;

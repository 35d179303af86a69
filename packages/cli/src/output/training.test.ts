import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TrainedClassifier } from '@slipway/accel';
import { describeTraining } from './training.ts';

/** What was trained for some classes, with a matrix of confusions. */
function trained(names: readonly string[], confusion: number[][]): TrainedClassifier {
  const classes = names.map((name) => ({ name, images: 2, precision: null, recall: 0.5 }));
  const training = {
    featurizer: { name: 'resnet50', weights: 'keras', features: 2048 },
    data: { training: 8, validation: 4 },
    result: { epochs: 7, bestEpoch: 5, training: { loss: 0.1, accuracy: 1 }, validation: null },
    evaluation: { on: 'training', accuracy: 0.5, classes, confusion },
  };
  const features = { done: 12, total: 12, cached: 3, corrupt: 1 };
  // What is left out is not told.
  return { training, features, notes: [] } as unknown as TrainedClassifier;
}

test('a training is told with its classes, strange names as JSON has them', () => {
  const told = describeTraining(
    trained(
      ['rose', 'a\nb'],
      [
        [2, 0],
        [2, 0],
      ],
    ),
    'out',
    'flowers:1',
  );
  assert.equal(
    told,
    [
      'Model:     flowers:1, and out',
      'Features:  2048 of resnet50, weights as of keras',
      'Images:    8 trained, 4 validated; the features of 3 were known from before; those of 1 were corrupt in the cache, and were computed anew',
      'Epochs:    7; the weights are those of epoch 5',
      'Loss:      in training 0.1000',
      'Accuracy:  50.00 % (2 of 4 images of the training itself: none validate)',
      '',
      'CLASS   IMAGES  PRECISION  RECALL',
      'rose    2       -          50.00 %',
      '"a\\nb"  2       -          50.00 %',
      '',
      'TAKEN   as rose  as "a\\nb"',
      'rose    2        0',
      '"a\\nb"  2        0',
    ].join('\n'),
  );
});

test('of many classes, those are told that are most often taken for others', () => {
  const names = Array.from({ length: 13 }, (_, index) => `class ${index}`);
  const confusion = names.map((_, truth) => names.map((__, told) => (told === (truth + 1) % 13 ? truth : 0)));
  const told = describeTraining(trained(names, confusion), 'out', undefined).split('\n\n').at(-1);
  assert.deepEqual(told?.split('\n').slice(0, 3), [
    'MOST OFTEN  TAKEN AS  IMAGES',
    'class 12    class 0   12',
    'class 11    class 12  11',
  ]);
  assert.equal(told?.split('\n').length, 11);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseModelSignature } from './parse-model-signature.ts';

const REQUIRED = { width: 224, height: 200, resize: 'tf1_bilinear', fit: 'crop', layout: 'NHWC' };

const file = (...images: object[]) => ({
  kind: 'ModelSignature',
  inputs: Object.fromEntries(images.map((image, index) => [`pixels${index}`, { image }])),
});

test('what is left out is completed', () => {
  const { images } = parseModelSignature(file(REQUIRED), 'signature.json');
  assert.deepEqual(images, [
    {
      ...REQUIRED,
      input: 'pixels0',
      name: 'pixels0',
      shorterSide: 224,
      sides: 'exact',
      padLevels: [0, 0, 0],
      channelOrder: 'rgb',
      mean: [0, 0, 0],
      std: [1, 1, 1],
      scale: [1, 1, 1],
      datatype: 'FP32',
    },
  ]);
});

test('what is said is kept', () => {
  const said = {
    ...REQUIRED,
    name: 'Placeholder:0',
    fit: 'pad',
    padLevels: [1, 2, 3],
    channelOrder: 'bgr',
    mean: [123.68, 116.779, 103.939],
    std: [2, 3, 4],
    scale: [0.017, 1, 1],
    datatype: 'FP16',
  };
  const { images } = parseModelSignature(file(said), 'signature.json');
  assert.deepEqual(images, [{ ...said, input: 'pixels0', shorterSide: 224, sides: 'exact' }]);
});

const outputs = (declared: object) => ({ kind: 'ModelSignature', outputs: declared });

test('labels are kept, or the name of the file that has them', () => {
  const declared = { scores: { labels: ['yes', ''] }, classes: { labelsFile: 'classes.txt' } };
  const { images, labels } = parseModelSignature(outputs(declared), 'signature.json');
  assert.deepEqual(images, []);
  assert.deepEqual(labels, [
    { output: 'scores', labels: ['yes', ''] },
    { output: 'classes', labels: { file: 'classes.txt' } },
  ]);
});

const detections = (declared: object, more: object = {}) => ({
  kind: 'ModelSignature',
  detections: { layout: 'ssd-vgg-300', ...declared },
  ...more,
});

test('a detector is completed with the thresholds of the original', () => {
  const { detections: told } = parseModelSignature(detections({}), 'signature.json');
  assert.deepEqual(told, { layout: 'ssd-vgg-300', selectThreshold: 0.5, nmsThreshold: 0.45, top: 400 });
  assert.equal(parseModelSignature(file(REQUIRED), 'signature.json').detections, undefined);
});

test('what is said of a detector is kept', () => {
  const said = { layout: 'ssd-vgg-300', selectThreshold: 0, nmsThreshold: 1, top: 7 };
  const labels = Array.from({ length: 21 }, (_, index) => `class ${index}`);
  const inline = parseModelSignature(detections({ ...said, labels }), 'signature.json');
  assert.deepEqual(inline.detections, { ...said, labels });
  const inFile = parseModelSignature(detections({ ...said, labelsFile: 'voc.txt' }), 'signature.json');
  assert.deepEqual(inFile.detections, { ...said, labels: { file: 'voc.txt' } });
});

const REFUSED: readonly [string, unknown, RegExp][] = [
  ['no object', null, /the file must be object/],
  ['the file of another tool', { inputs: {} }, /the file must have required properties kind/],
  ['no input', { kind: 'ModelSignature', inputs: {} }, /inputs must not have fewer than 1 properties/],
  ['nothing', { kind: 'ModelSignature' }, /the file must have inputs, outputs or detections/],
  ['no output', outputs({}), /outputs must not have fewer than 1 properties/],
  ['an output without labels', outputs({ y: {} }), /outputs\.y must have either labels or labelsFile/],
  ['labels twice', outputs({ y: { labels: ['a'], labelsFile: 'a' } }), /outputs\.y must have either/],
  ['no labels', outputs({ y: { labels: [] } }), /outputs\.y\.labels must not have fewer than 1/],
  ['a label that is no text', outputs({ y: { labels: ['a', 1] } }), /outputs\.y\.labels\.1 must be string/],
  ...['../a.txt', '/etc/passwd', 'a/b', '..', '.', 'a\\b', 'a\0'].map(
    (labelsFile): [string, unknown, RegExp] => [
      `labels in ${JSON.stringify(labelsFile)}`,
      outputs({ y: { labelsFile } }),
      /outputs\.y\.labelsFile must be the name of a file beside this one, without a folder/,
    ],
  ),
  [
    'an unknown field',
    file({ ...REQUIRED, widht: 1 }),
    /inputs\.pixels0\.image must not have the field widht/,
  ],
  ['no width', file({ ...REQUIRED, width: undefined }), /inputs\.pixels0\.image.*width/],
  ['a width of text', file({ ...REQUIRED, width: '224' }), /inputs\.pixels0\.image\.width must be integer/],
  ['a huge height', file({ ...REQUIRED, height: 5000 }), /inputs\.pixels0\.image\.height must be <= 4096/],
  [
    'an unknown method',
    file({ ...REQUIRED, resize: 'x' }),
    /resize must be one of tf1_bilinear, tf2_bilinear/,
  ],
  ['two means', file({ ...REQUIRED, mean: [1, 2] }), /image\.mean must not have fewer than 3/],
  ['four means', file({ ...REQUIRED, mean: [1, 2, 3, 4] }), /image\.mean must not have more than 3/],
  ['a deviation of 0', file({ ...REQUIRED, std: [1, 0, 1] }), /image\.std\.1 must be > 0/],
  [
    'a mean for UINT8',
    file({ ...REQUIRED, datatype: 'UINT8', mean: [1, 1, 1] }),
    /image\.mean must be left out/,
  ],
  ['too short a side', file({ ...REQUIRED, shorterSide: 223 }), /image\.shorterSide must be at least 224/],
  ['a side to stretch', file({ ...REQUIRED, fit: 'stretch', shorterSide: 256 }), /fit "crop" alone/],
  ['sides to stretch', file({ ...REQUIRED, fit: 'stretch', sides: 'float32' }), /fit "crop" alone/],
  ['bars to crop', file({ ...REQUIRED, padLevels: [0, 0, 0] }), /fit "pad" alone/],
  ['an unknown detector', detections({ layout: 'yolo' }), /detections\.layout must be one of ssd-vgg-300/],
  ['a detector without a layout', detections({ layout: undefined }), /detections.*layout/],
  ['a threshold in percent', detections({ selectThreshold: 50 }), /detections\.selectThreshold must be <= 1/],
  ['an overlap below nothing', detections({ nmsThreshold: -1 }), /detections\.nmsThreshold must be >= 0/],
  ['no best ones', detections({ top: 0 }), /detections\.top must be >= 1/],
  ['too many best ones', detections({ top: 1_001 }), /detections\.top must be <= 1000/],
  ['too few labels of a detector', detections({ labels: ['cat'] }), /detections has 1 labels, .* 21 classes/],
  [
    'labels of a detector twice',
    detections({ labels: Array(21).fill(''), labelsFile: 'voc.txt' }),
    /detections must not have both labels and labelsFile/,
  ],
  [
    'labels of a detector elsewhere',
    detections({ labelsFile: '../a' }),
    /detections\.labelsFile must be the/,
  ],
  [
    'outputs beside detections',
    detections({}, { outputs: { y: { labels: ['a'] } } }),
    /outputs must be left out with detections/,
  ],
  [
    'one name twice',
    file({ ...REQUIRED, name: 'x' }, { ...REQUIRED, name: 'x' }),
    /pixels1\.image\.name "x"/,
  ],
];
for (const [what, value, message] of REFUSED) {
  test(`refuses ${what}, and says where`, () => {
    // What the file holds is JSON, where a field is left out and never undefined.
    const parsed = JSON.parse(JSON.stringify(value));
    assert.throws(() => parseModelSignature(parsed, 'signature.json'), { code: 'invalid_model', message });
  });
}

test('names all problems at once', () => {
  assert.throws(
    () => parseModelSignature(file({ ...REQUIRED, width: 0 }, { ...REQUIRED, height: 0 }), 'signature.json'),
    /^SlipwayError: signature\.json cannot be used: .*pixels0\.image\.width.*; .*pixels1\.image\.height/,
  );
});

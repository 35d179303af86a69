import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { blockAnchors } from './anchors.ts';
import { type DetectionOptions, detectObjects } from './detect-objects.ts';
import { SSD_VGG_300 } from './ssd-layout.ts';
import { type HashedOutputs, hashedOutputs, outputsOf } from './ssd-outputs.test.helper.ts';

/** What `scripts/make-ssd-detections.py` found: class, score, and the box from its upper edge on. */
interface Golden {
  readonly anchors: readonly { readonly count: number; readonly every97th: readonly number[][] }[];
  readonly cases: readonly (HashedOutputs & DetectionOptions & { readonly found: readonly number[][][] })[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../fixtures/ssd-detections.json', import.meta.url), 'utf8'),
);

/** Of numbers of about 1, which the file has with 12 digits. */
const ERROR = 1e-11;

function assertNear(found: readonly number[], expected: readonly number[], what: string): void {
  assert.equal(found.length, expected.length, what);
  for (const [index, value] of found.entries())
    assert.ok(
      Math.abs(value - (expected[index] ?? Number.NaN)) <= ERROR,
      `${what}: ${found}, not ${expected}`,
    );
}

test('anchors are those of NumPy', () => {
  let all = 0;
  for (const [index, block] of SSD_VGG_300.blocks.entries()) {
    const anchors = blockAnchors(block, SSD_VGG_300.imageSize);
    assert.equal(anchors.length, golden.anchors[index]?.count);
    for (const [place, expected] of (golden.anchors[index]?.every97th ?? []).entries()) {
      const { x, y, width, height } = anchors[place * 97] ?? { x: 0, y: 0, width: 0, height: 0 };
      assertNear([x, y, width, height], expected, `anchor ${place * 97} of ${block.name}`);
    }
    all += anchors.length;
  }
  assert.equal(all, 8_432);
});

for (const { found: expected, seed, images, logits, offsets, ...options } of golden.cases)
  test(`objects at ${options.selectThreshold} are those of NumPy`, () => {
    const found = detectObjects(hashedOutputs({ seed, images, logits, offsets }), options);
    assert.equal(found.length, images);
    for (const [image, detections] of found.entries()) {
      assert.equal(detections.length, expected[image]?.length);
      for (const [index, { classIndex, score, box }] of detections.entries()) {
        const { yMin, xMin, yMax, xMax } = box;
        const row = expected[image]?.[index] ?? [];
        assertNear([classIndex, score, yMin, xMin, yMax, xMax], row, `object ${index} of image ${image}`);
      }
    }
  });

/** Background everywhere, but class 12 in the only cell of the last block, as its first anchor, not moved. */
const oneObject = outputsOf(1, (tensor, index) => {
  if (tensor >= 6) return 0;
  return (tensor === 5 ? index === 12 : index % 21 === 0) ? 20 : 0;
});

test('one object is found where its anchor is, with its name, in whatever order the outputs come', () => {
  const labels = Array.from({ length: 21 }, (_, index) => (index === 12 ? 'dog' : ''));
  const [found, ...others] = detectObjects(oneObject.toReversed(), { labels });
  assert.deepEqual(others, []);
  const [dog, ...rest] = found ?? [];
  // The other anchors of that cell are as good for every class, so that none is above the threshold.
  assert.deepEqual(rest, []);
  assert.equal(dog?.label, 'dog');
  assert.ok((dog?.score ?? 0) > 0.99);
  const { yMin, xMin, yMax, xMax } = dog?.box ?? { yMin: 0, xMin: 0, yMax: 0, xMax: 0 };
  assertNear([yMin, xMin, yMax, xMax], [0.065, 0.065, 0.935, 0.935], 'the box');
});

test('what is left out by default is a score of 0.5, and an overlap of 0.45', () => {
  const outputs = hashedOutputs({ seed: 1, images: 1, logits: 8, offsets: 2 });
  const said = detectObjects(outputs, { selectThreshold: 0.5, nmsThreshold: 0.45 });
  assert.deepEqual(detectObjects(outputs), said);
});

test('a score must lie above the threshold', () => {
  // Beside these two, all others vanish: each has exactly one half.
  const halves = outputsOf(1, (tensor, index) => (tensor < 6 && [0, 12].includes(index % 21) ? 800 : 0));
  assert.deepEqual(detectObjects(halves, { selectThreshold: 0.5 }), [[]]);
  assert.notDeepEqual(detectObjects(halves, { selectThreshold: 0.4999 }), [[]]);
});

test('an output that came under two names counts once', () => {
  const twice = oneObject.flatMap((output) => [output, { ...output, name: `${output.name}:0` }]);
  assert.deepEqual(detectObjects(twice), detectObjects(oneObject));
});

test('no images have no objects', () => {
  assert.deepEqual(detectObjects(outputsOf(0, () => 0)), []);
});

const [first = assert.fail(), second = assert.fail()] = oneObject;
const others = oneObject.slice(1);
const REFUSED: readonly [string, () => unknown, RegExp][] = [
  ['an output that is missing', () => detectObjects(others), /no logits of block4 \[\?, 37, 37, 4, 21\]:/],
  [
    'other datatypes',
    () =>
      detectObjects([
        { ...first, datatype: 'INT32', data: Int32Array.from(first.data as Float32Array) },
        ...others,
      ]),
    /"out_0" is of INT32/,
  ],
  [
    'what is no number',
    () =>
      detectObjects([
        { ...first, data: Float32Array.from(first.data as Float32Array).fill(Number.NaN, 7, 8) },
        ...others,
      ]),
    /"out_0" is NaN at 7/,
  ],
  [
    'outputs of different images',
    () =>
      detectObjects([{ ...first, shape: [0, ...first.shape.slice(1)], data: new Float32Array() }, ...others]),
    /are of 0 and 1 images/,
  ],
  [
    'two outputs for one',
    () =>
      detectObjects([...oneObject, { ...second, name: 'other', data: new Float32Array(second.data.length) }]),
    /"out_1" and "other"/,
  ],
  ['thresholds beyond 1', () => detectObjects(oneObject, { selectThreshold: 50 }), /"selectThreshold" is 50/],
  [
    'thresholds that are no number',
    () => detectObjects(oneObject, { nmsThreshold: Number.NaN }),
    /"nmsThreshold" is NaN/,
  ],
  [
    'labels of other classes',
    () => detectObjects(oneObject, { labels: ['cat', 'dog'] }),
    /2 labels: .* 21 classes/,
  ],
];

for (const [what, detect, message] of REFUSED)
  test(`${what}: refused`, () => assert.throws(detect, { code: 'invalid_argument', message }));

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elementCount, type ImageInput, type Rgb } from '@slipway/contract';
import { fixture, imageInput, testLimits } from './image-fixtures.ts';
import { createImagePreprocessor } from './preprocess-images.ts';

/** A case of `fixtures/images/reference.json`, which numpy computed: `make_reference.py` beside it says how. */
interface Case {
  readonly file: string;
  readonly image: Partial<ImageInput>;
}

/** Of the range of an element; single precision alone explains a ten-millionth. The promise is 1/255. */
const TOLERANCE = 1e-6;

const CASES: readonly Case[] = JSON.parse(fixture('reference.json').toString());
const EXPECTED = new Float32Array(new Uint8Array(fixture('expected.f32')).buffer);

const preprocess = createImagePreprocessor(testLimits());

let offset = 0;
for (const { file, image } of CASES) {
  const declared = imageInput(image);
  const { width, height, resize, fit, layout, channelOrder } = declared;
  const length = width * height * 3;
  const expected = EXPECTED.subarray(offset, offset + length);
  offset += length;

  test(`${file}: ${resize}, ${fit} to ${width} x ${height}, ${channelOrder}, ${layout}`, async () => {
    const { shape, data } = await preprocess(declared, [fixture(file)]);
    assert.equal(elementCount(shape), expected.length);
    assert.ok(data instanceof Float32Array);
    const furthest = data.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (expected[at] ?? 0))),
      0,
    );
    assert.ok(furthest <= rangeOf(declared) * TOLERANCE, `differs by up to ${furthest}`);
  });
}

test('every expected element was compared', () => assert.equal(offset, EXPECTED.length));

/** What a channel's elements span at the least. */
function rangeOf({ std, scale }: ImageInput): number {
  const span = (channel: keyof Rgb & (0 | 1 | 2)) => (255 / std[channel]) * scale[channel];
  return Math.min(span(0), span(1), span(2));
}

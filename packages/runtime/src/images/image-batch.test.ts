import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImageInput, Tensor } from '@slipway/contract';
import fc from 'fast-check';
import { planGeometry } from './geometry.ts';
import { createImageBatch } from './image-batch.ts';
import { imageInput } from './image-fixtures.ts';
import { bilinearRows, type Picture } from './sample-rows.ts';
import { bilinearTaps } from './taps.ts';

const picture: fc.Arbitrary<Picture> = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([width, height]) =>
    fc
      .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((pixels) => ({ width, height, pixels })),
  );

function tensorOf(pictures: readonly Picture[], said: Partial<ImageInput> = {}): Tensor {
  const image = imageInput({ width: 5, height: 4, ...said });
  const batch = createImageBatch(image, pictures.length);
  for (const [index, one] of pictures.entries()) {
    const geometry = planGeometry(image, one);
    batch.write(index, geometry, bilinearRows(one, geometry, bilinearTaps));
  }
  return batch.tensor;
}

const numbers = (tensor: Tensor) => Array.from(tensor.data, Number);

test('no pixel is darker or brighter than all of the source', () => {
  fc.assert(
    fc.property(picture, (one) => {
      const [least, most] = [Math.min(...one.pixels), Math.max(...one.pixels)];
      assert.ok(numbers(tensorOf([one])).every((level) => level >= least && level <= most));
    }),
  );
});

test('NCHW is NHWC with its axes in another order, and BGR is RGB from behind', () => {
  fc.assert(
    fc.property(picture, picture, (one, other) => {
      const nhwc = tensorOf([one, other]);
      const nchw = tensorOf([one, other], { layout: 'NCHW' });
      const bgr = tensorOf([one, other], { channelOrder: 'bgr' });
      assert.deepEqual(
        [nhwc.shape, nchw.shape],
        [
          [2, 4, 5, 3],
          [2, 3, 4, 5],
        ],
      );
      const values = numbers(nhwc);
      const planes = numbers(nchw);
      const reversed = numbers(bgr);
      for (const [at, value] of values.entries()) {
        const [image, pixel, channel] = [Math.trunc(at / 60), Math.trunc((at % 60) / 3), at % 3];
        assert.equal(planes[image * 60 + channel * 20 + pixel], value);
        assert.equal(reversed[at - channel + (2 - channel)], value);
      }
    }),
  );
});

test('an image has the same elements alone and beside others', () => {
  fc.assert(
    fc.property(fc.array(picture, { maxLength: 4 }), (pictures) => {
      const alone = pictures.flatMap((one) => numbers(tensorOf([one], { fit: 'pad' })));
      assert.deepEqual(numbers(tensorOf(pictures, { fit: 'pad' })), alone);
    }),
  );
});

test('FP16 and UINT8 are the nearest to FP32', () => {
  fc.assert(
    fc.property(picture, (one) => {
      const exact = numbers(tensorOf([one]));
      const half = tensorOf([one], { datatype: 'FP16' }).data as Uint16Array;
      assert.deepEqual([...new Float16Array(half.buffer)], exact.map(Math.f16round));
      const levels = numbers(tensorOf([one], { datatype: 'UINT8' }));
      assert.ok(levels.every((level, at) => Math.abs(level - (exact[at] ?? 0)) <= 0.5));
    }),
  );
});

test('an element is (level - mean) / std * scale, for the bars too', () => {
  const grey = { width: 1, height: 1, pixels: Uint8Array.of(10, 20, 30) };
  const { data } = tensorOf([grey], {
    width: 3,
    height: 1,
    fit: 'pad',
    padLevels: [1, 2, 3],
    mean: [1, 2, 3],
    std: [3, 2, 1],
    scale: [1, 0.5, 2],
  });
  assert.deepEqual([...data], [0, 0, 0, 3, 4.5, 54, 0, 0, 0]);
});

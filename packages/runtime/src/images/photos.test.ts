import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ImageInput } from '@slipway/contract';
import { parseModelSignature } from '@slipway/contract/api';
import { CATALOGUE, type CatalogueName } from '@slipway/graph/catalogue';
import { testLimits } from './image-fixtures.ts';
import { createImagePreprocessor } from './preprocess-images.ts';

/** A case of `fixtures/photos/reference.json`: `make_photos.py` beside it says how it was computed. */
interface Case {
  readonly file: string;
  readonly network: CatalogueName;
  /** Elements are known that are so many apart. */
  readonly every: number;
}

/** Levels of 255: what single precision explains. */
const ROUNDING = 1e-4;

/**
 * Levels of 255 between JPEGs as TensorFlow decodes them, by the fast transformation of libjpeg, and by its accurate one:
 * docs/reference/catalogue.md says what was found.
 */
const JPEG = { most: 8, mean: 2 };

const FOLDER = new URL('../../fixtures/photos/', import.meta.url);
const CASES: readonly Case[] = JSON.parse(bytesOf('reference.json').toString());
const COMPUTED = floatsOf('expected.f32');
const TENSORFLOW = floatsOf('tensorflow.f32');

const preprocess = createImagePreprocessor(testLimits({ maxPixels: 10_000_000 }));

let offset = 0;
for (const { file, network, every } of CASES) {
  const declared = declaredFor(network);
  const count = Math.ceil((declared.width * declared.height * 3) / every);
  const computed = COMPUTED.subarray(offset, offset + count);
  const answered = TENSORFLOW.subarray(offset, offset + count);
  offset += count;

  test(`${file} is for ${network} what the arithmetic of preprocess_array and TensorFlow make of it`, async () => {
    const found = await levelsOf(file, declared, every);
    assert.equal(found.length, count);
    const scale = declared.scale[0];
    assert.ok(apart(found, computed, scale).most <= ROUNDING);
    const { most, mean } = apart(found, answered, scale);
    const allowed = file.endsWith('.jpg') ? JPEG : { most: ROUNDING, mean: ROUNDING };
    assert.ok(most <= allowed.most && mean <= allowed.mean, `${most} at most, ${mean} in the mean`);
  });
}

test('every element that is known was compared', () => {
  assert.equal(offset, COMPUTED.length);
  assert.equal(offset, TENSORFLOW.length);
});

/** As a model's signature.json would say it. */
function declaredFor(network: CatalogueName): ImageInput {
  const { input, ...image } = CATALOGUE[network].preprocessing;
  const inputs = { [input]: { image } };
  return parseModelSignature({ kind: 'ModelSignature', inputs }, 'signature.json').images[0] as ImageInput;
}

async function levelsOf(file: string, declared: ImageInput, every: number): Promise<readonly number[]> {
  const { data } = await preprocess(declared, [bytesOf(file)]);
  return [...(data as Float32Array)].filter((_, index) => index % every === 0);
}

/** In levels, whatever they are multiplied with. */
function apart(found: readonly number[], expected: Float32Array, scale: number) {
  const each = found.map((value, index) => Math.abs(value - (expected[index] ?? Number.NaN)) / scale);
  return { most: Math.max(...each), mean: each.reduce((sum, one) => sum + one, 0) / each.length };
}

function bytesOf(name: string): Buffer {
  return readFileSync(new URL(name, FOLDER));
}

function floatsOf(name: string): Float32Array {
  return new Float32Array(Uint8Array.from(bytesOf(name)).buffer);
}

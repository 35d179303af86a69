import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIGIT_PIXELS, DIGIT_SIDE } from './digits.ts';
import { besideEachOther, digitPicture } from './picture.ts';

test('paper is blank, ink is solid, and two pixels share a character', () => {
  const pixels = new Float32Array(DIGIT_PIXELS);
  pixels[0] = 1;
  pixels[DIGIT_SIDE] = 1;
  pixels[1] = 1;
  const picture = digitPicture(pixels);
  assert.equal(picture.length, 14);
  assert.equal(picture[0], `█▒${' '.repeat(26)}`);
  assert.ok(picture.slice(1).every((line) => line === ' '.repeat(28)));
});

test('pictures stand beside each other', () => {
  assert.deepEqual(
    besideEachOther([
      ['ab', 'cd'],
      ['ef', 'gh'],
    ]),
    ['ab  ef', 'cd  gh'],
  );
  assert.deepEqual(besideEachOther([]), []);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DECODERS } from './decoders.ts';
import { PICTURE_RULES } from './picture-rules.ts';

const PAGE = readFileSync(
  new URL('../../../../../docs/reference/tensorflow-images.md', import.meta.url),
  'utf8',
);

/** Ops that are known to be told why not. */
const REFUSED = [
  'DecodeAndCropJpeg',
  'DecodeBmp',
  'DecodeGif',
  'ResizeArea',
  'ResizeBicubic',
  'ScaleAndTranslate',
];

test('the page of the reference names the ops that are recognised, and no others', () => {
  const rows = PAGE.split('\n').filter((line) => line.startsWith('|'));
  const named = rows.flatMap((row) =>
    [...(row.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, op]) => op),
  );
  const followed = [...DECODERS.keys(), ...PICTURE_RULES.keys()].filter((op) => !REFUSED.includes(op));
  assert.deepEqual(named.toSorted(), followed.toSorted());
});

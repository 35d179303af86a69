import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeParts, photoParts } from './parts.ts';
import type { PhotoTurn } from './photo-turn.ts';

const TURN: PhotoTurn = {
  bare: 80,
  pixels: 8,
  pixelsHere: 3,
  replica: 100,
  gateway: 102,
  own: { requests: 1, total: 97, queue: 0.5, run: 85 },
  bareCpu: 76,
  replicaCpu: 95,
};

test('what a request takes is told part by part', () => {
  const found = photoParts([TURN, { ...TURN, bare: 90 }, TURN]);
  assert.equal(found.share, 0.2);
  assert.equal(found.gatewayShare, 22 / 102);
  assert.deepEqual(found.parts, { outside: 3, decode: 5, resize: 3, queue: 0.5, rest: 3.5, run: 5 });
  assert.deepEqual(found.quickest, { replica: 100, bare: 80, share: 0.2 });
  assert.deepEqual(found.cpu, { replica: 95, bare: 76, share: 0.2 });
  const sum = Object.values(found.parts).reduce((all, part) => all + part, 0);
  assert.equal(sum, found.replica - found.bare);
});

test('the text has a line for each part', () => {
  const lines = describeParts(photoParts([TURN])).split('\n');
  assert.equal(lines.length, 13);
  assert.match(lines[1] ?? '', /^ {2}replica +100\.00 ms {2}20\.0 % of it is not the run$/);
});

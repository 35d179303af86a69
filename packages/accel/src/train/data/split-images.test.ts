import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitImages } from './split-images.ts';

const images = fc.array(
  fc.record({ class: fc.nat(3), sha256: fc.nat(30).map((number) => `image ${number}`) }),
  { minLength: 1, maxLength: 60 },
);

test('every image is on one side, with all that are the same, and each class has some on both', () => {
  fc.assert(
    fc.property(images, fc.double({ min: 0, max: 0.99, noNaN: true }), fc.nat(9), (all, share, seed) => {
      const { training, validation } = splitImages(all, share, seed);
      assert.deepEqual(
        [...training, ...validation].toSorted((one, other) => one - other),
        [...all.keys()],
      );
      const contents = (places: readonly number[], each: number) =>
        new Set(places.flatMap((place) => (all[place]?.class === each ? [all[place]?.sha256] : [])));
      for (const each of new Set(all.map((image) => image.class))) {
        const [left, right] = [contents(training, each), contents(validation, each)];
        assert.equal(left.intersection(right).size, 0);
        const unique = left.size + right.size;
        assert.ok(left.size > 0);
        const wanted = share === 0 ? 0 : Math.min(unique - 1, Math.max(1, Math.round(unique * share)));
        assert.equal(right.size, wanted);
      }
    }),
    { seed: 6, numRuns: 300 },
  );
});

test('the seed alone says which images validate: new ones move few of the others, and their order none', () => {
  const all = Array.from({ length: 100 }, (_, index) => ({ class: 0, sha256: `image ${index}` }));
  const held = (from: typeof all, seed: number) =>
    new Set(splitImages(from, 0.2, seed).validation.map((place) => from[place]?.sha256));
  assert.deepEqual(held(all, 1), held(all.toReversed(), 1));
  assert.notDeepEqual(held(all, 1), held(all, 2));
  // Ranks stay: of 10 more, some two take the places of others, which begin to train.
  const more = [...all, ...Array.from({ length: 10 }, (_, index) => ({ class: 0, sha256: `new ${index}` }))];
  assert.ok(held(more, 1).intersection(held(all, 1)).size >= 16);
});

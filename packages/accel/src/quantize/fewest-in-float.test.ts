import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, asyncProperty, assert as check, double, integer } from 'fast-check';
import { fewestInFloat } from './fewest-in-float.ts';

test('what grows with each layer is kept with the fewest, in few attempts', async () => {
  const layers = integer({ min: 0, max: 300 });
  await check(
    asyncProperty(layers, layers, async (most, needed) => {
      const { kept, attempts } = await fewestInFloat(most, 0.5, async (float) => (float >= needed ? 1 : 0));
      assert.equal(kept?.float, needed <= most ? needed : undefined);
      assert.ok(attempts.length <= 2 * Math.log2(most + 1) + 3, `${attempts.length} attempts`);
    }),
  );
});

test('what is kept was measured and is enough, however the agreement jumps; else the best is told', async () => {
  const shares = array(double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 });
  await check(
    asyncProperty(shares, double({ min: 0, max: 1, noNaN: true }), async (each, wanted) => {
      const asked: number[] = [];
      const { kept, best, attempts } = await fewestInFloat(each.length - 1, wanted, async (float) => {
        asked.push(float);
        return each[float] ?? Number.NaN;
      });
      assert.equal(new Set(asked).size, asked.length, 'asked twice');
      assert.deepEqual(
        attempts,
        asked.map((float) => ({ float, share: each[float] })),
      );
      assert.equal(best.share, Math.max(...attempts.map(({ share }) => share)));
      if (kept === undefined) assert.ok(best.share < wanted && asked.includes(each.length - 1));
      else assert.ok(kept.share === each[kept.float] && kept.share >= wanted);
    }),
  );
});

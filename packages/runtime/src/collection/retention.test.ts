import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dayBefore, dayOf, dayOfPath, folderName } from './dated-folders.ts';
import { type CollectedFile, planRetention } from './retention.ts';

const TODAY = '2026/11/23';

function file(day: string | undefined, bytes: number): CollectedFile {
  return { path: `${day}/data.csv`, bytes, modifiedMs: 0, day };
}

test('days that are too old go, and then the oldest until there is room', () => {
  const files = [file(TODAY, 50), file('2026/11/22', 30), file('2026/11/21', 20), file('2025/01/01', 1)];
  const plan = (keepDays: number, maxBytes: number, neededBytes = 0) => {
    const found = planRetention(files, { today: TODAY, keepDays, maxBytes, neededBytes });
    return [found.remove.map(({ day }) => day), found.bytes, found.hasRoom];
  };
  assert.deepEqual(plan(3, 1000), [['2025/01/01'], 100, true]);
  assert.deepEqual(plan(1, 1000), [['2026/11/22', '2026/11/21', '2025/01/01'], 50, true]);
  assert.deepEqual(plan(3, 100, 10), [['2026/11/21', '2025/01/01'], 80, true]);
  assert.deepEqual(plan(3, 55, 10), [['2026/11/22', '2026/11/21', '2025/01/01'], 50, false]);
});

test('whatever lies there: today and strangers stay, what is said to have room has it, and no newer day goes before an older', () => {
  const days = fc.integer({ min: 0, max: 60 }).map((ago) => dayBefore(TODAY, ago));
  const anyFile = fc
    .tuple(fc.option(days, { nil: undefined }), fc.nat(1000))
    .map(([day, bytes]) => file(day, bytes));
  const limits = fc.record({
    today: fc.constant(TODAY),
    keepDays: fc.integer({ min: 1, max: 40 }),
    maxBytes: fc.integer({ min: 1, max: 5_000 }),
    neededBytes: fc.nat(500),
  });
  fc.assert(
    fc.property(fc.array(anyFile, { maxLength: 30 }), limits, (files, given) => {
      const { remove, bytes, hasRoom } = planRetention(files, given);
      const left = files.filter((one) => !remove.includes(one));
      const firstKept = dayBefore(TODAY, given.keepDays - 1);
      const newestGone =
        remove
          .map(({ day }) => day ?? '')
          .toSorted()
          .at(-1) ?? '';
      assert.equal(
        bytes,
        left.reduce((sum, one) => sum + one.bytes, 0),
      );
      assert.equal(hasRoom, bytes + given.neededBytes <= given.maxBytes);
      assert.ok(remove.every(({ day }) => day !== undefined && day < TODAY));
      assert.ok(left.every(({ day }) => day === undefined || (day >= firstKept && day > newestGone)));
    }),
  );
});

test('a day is one of UTC, also across months and years', () => {
  assert.equal(dayOf(Date.UTC(2026, 0, 1, 23, 59)), '2026/01/01');
  assert.equal(dayBefore('2026/01/01', 1), '2025/12/31');
  assert.equal(dayOfPath('digits/3/requests/2026/01/01/data-a-1.csv'), '2026/01/01');
  for (const path of ['notes.txt', '2026/01/data.csv', 'digits/3/requests/x/01/01/data.csv']) {
    assert.equal(dayOfPath(path), undefined, path);
  }
});

test('a name becomes one folder of its own', () => {
  for (const name of ['digits', 'a.b-c_1']) assert.equal(folderName(name), name);
  const odd = ['', '.', '..', '../..', 'a/b', 'a_b/', '.hidden', 'ü', 'x'.repeat(300), `${'x'.repeat(300)}y`];
  const folders = odd.map(folderName);
  for (const folder of folders) assert.match(folder, /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}$/);
  assert.equal(new Set(folders).size, odd.length);
});

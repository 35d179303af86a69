import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Histogram, Registry } from 'prom-client';
import { createHistogram } from './histogram.ts';

test('the text is that of a histogram of the library', async () => {
  const description = { name: 'seconds', help: 'Time \\ and\nlines.', buckets: [0.0001, 0.25, 1, 30] };
  const ours = new Registry();
  const theirs = new Registry();
  const counted = createHistogram({ ...description, registry: ours });
  const expected = new Histogram({ ...description, registers: [theirs] });
  assert.equal(await ours.metrics(), await theirs.metrics());

  for (const value of [0, 0.0001, 0.00010001, 0.2, 0.25, 0.3, 1, 29, 30, 31, 1e9]) {
    counted.observe(value);
    expected.observe(value);
    assert.equal(await ours.metrics(), await theirs.metrics());
  }
});

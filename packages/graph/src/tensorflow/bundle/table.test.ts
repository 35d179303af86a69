import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boolean, assert as check, integer, property, uint8Array, uniqueArray } from 'fast-check';
import { GraphError } from '../../graph-error.ts';
import { readTable } from './table.ts';
import { type Pair, packSnappy, writeTable } from './table-writer.test.helper.ts';

const PAIRS: readonly Pair[] = ['', 'layer/bias', 'layer/kernel', 'layer/kernel/Adam', 'z'].map((key) => [
  Buffer.from(key),
  Buffer.from(`value of ${key}`),
]);

test('a table gives back its keys and values, packed or not, in blocks of any size', () => {
  const keys = uniqueArray(uint8Array({ maxLength: 6, max: 3 }), {
    maxLength: 40,
    selector: (key) => Buffer.from(key).toString('hex'),
  });
  const size = integer({ min: 1, max: 8 });
  check(
    property(keys, size, size, boolean(), (keys, perBlock, perRestart, packed) => {
      const sorted = keys.map((key) => Buffer.from(key)).toSorted(Buffer.compare);
      const pairs = sorted.map((key): Pair => [key, Buffer.concat([key, key, key])]);
      const options = { perBlock, perRestart, ...(packed ? { pack: packSnappy } : {}) };
      const entries = readTable('x.index', writeTable(pairs, options));
      const read = entries.map(({ key, value }): Pair => [Buffer.from(key, 'latin1'), Buffer.from(value)]);
      assert.deepEqual(read, pairs);
    }),
  );
});

test('a table that was cut anywhere, or has another byte anywhere, is refused by name and byte', () => {
  const table = writeTable(PAIRS, { perBlock: 2, perRestart: 2, pack: packSnappy });
  const refusal = (error: unknown) =>
    error instanceof GraphError &&
    error.code !== 'unsupported' &&
    /^x\.index: .*byte \d+/.test(error.message);
  for (let length = 0; length < table.length; length += 1)
    assert.throws(() => readTable('x.index', table.subarray(0, length)), refusal);
  const footer = table.length - 48;
  for (let at = 0; at < table.length; at += 1) {
    const changed = Buffer.from(table);
    changed[at] = (table[at] as number) ^ 1;
    // The padding of the footer says nothing.
    if (at >= footer && at < table.length - 8) attempt(() => readTable('x.index', changed));
    else assert.throws(() => readTable('x.index', changed), refusal);
  }
});

test('keys out of order are refused', () => {
  const options = { perBlock: 2, perRestart: 1 };
  assert.throws(() => readTable('x.index', writeTable(PAIRS.toReversed(), options)), /out of order/);
  const [first, second] = PAIRS as readonly [Pair, Pair];
  assert.throws(() => readTable('x.index', writeTable([first, second, second], options)), /out of order/);
});

function attempt(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof GraphError);
  }
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readParquet } from './parquet-rows.ts';

/** Files that pyarrow 26 wrote: `fixtures/make_parquet.py`. */
const FIXTURES = new URL('../../fixtures/', import.meta.url);

for (const codec of ['snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'none']) {
  test(`what pyarrow writes with the codec ${codec} is read to the last digit`, async () => {
    const path = fileURLToPath(new URL(`${codec}.parquet`, FIXTURES));
    const rows = await Array.fromAsync(readParquet(path));
    assert.equal(rows.length, 300);
    const texts = rows.map((row) => ('json' in row ? row.json : row.reason));
    for (const [index, text] of texts.entries()) {
      const id = 2n ** 53n + 1n + BigInt(index);
      const name = index === 1 ? 'null' : `"row ${index % 7} é"`;
      const seen = `"2026-01-02T03:04:${String(index % 60).padStart(2, '0')}.000Z"`;
      const expected = `{"id":${id},"name":${name},"value":${index / 8},"flag":${index % 2 === 0},"seen":${seen},"pixels":[${index},${index + 0.5}]}`;
      assert.equal(text, expected);
    }
  });
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { referencePages } from '../../scripts/reference/pages.ts';
import { ROOT } from '../cli/sandbox.ts';

for (const { path, text } of await referencePages()) {
  test(`${path} is what the code says`, () => {
    assert.equal(readFileSync(join(ROOT, path), 'utf8'), text, 'It is old: run "npm run reference".');
  });
}

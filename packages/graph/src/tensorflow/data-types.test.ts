import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { allDataTypes, dataType, dataTypeName } from './data-types.ts';

const PAGE = new URL('../../../../docs/reference/tensorflow-files.md', import.meta.url);

test('the page of data types is the table of the code', () => {
  const [, section = ''] = readFileSync(PAGE, 'utf8').split('## Data types');
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const told = rows.map((row) =>
    row
      .split('|')
      .slice(1, 4)
      .map((cell) => cell.trim()),
  );
  const expected = allDataTypes()
    .filter(({ name }) => name !== 'resource' && name !== 'variant')
    .map(({ name, size, onnx }) => [`\`${name}\``, `${size ?? 'its length'}`, `${onnx ?? 'none'}`]);
  assert.deepEqual(told, expected);
});

test('a reference has the type of what it refers to, and a number without a type is said', () => {
  assert.equal(dataType(101), dataType(1));
  assert.equal(dataType(0), undefined);
  assert.equal(dataTypeName(77), 'data type 77');
});

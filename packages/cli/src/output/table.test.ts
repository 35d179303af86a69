import assert from 'node:assert/strict';
import { test } from 'node:test';
import { details, table } from './table.ts';

const COLUMNS = {
  name: ({ name }: { name: string }) => name,
  size: ({ size }: { size: number }) => `${size}`,
};

test('columns are as wide as their widest cell, and lines end without spaces', () => {
  const rows = [
    { name: 'a', size: 1 },
    { name: 'longer', size: 20 },
  ];
  assert.equal(table(rows, COLUMNS, 'none'), 'NAME    SIZE\na       1\nlonger  20');
});

test('a table without rows says what that means', () => {
  assert.equal(table<{ name: string; size: number }>([], COLUMNS, 'There is nothing.'), 'There is nothing.');
});

test('details leave out what is not there', () => {
  assert.equal(details({ Name: 'digits', Parent: undefined, Id: '1' }), 'Name:  digits\nId:    1');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerLines, responseHead } from './write-head.ts';

test('a head is written line by line', () => {
  const headers = { 'x-a': 'b', 'x-none': undefined, 'set-cookie': ['c', 'd'], 'x-number': 1 };
  assert.equal(
    responseHead(404, headers, 'date: now\r\n\r\n'),
    'HTTP/1.1 404 Not Found\r\nx-a: b\r\nset-cookie: c\r\nset-cookie: d\r\nx-number: 1\r\ndate: now\r\n\r\n',
  );
  assert.equal(responseHead(299, {}, '\r\n'), 'HTTP/1.1 299 Unknown\r\n\r\n');
});

test('a value of tabs, blanks and any byte from 0x80 is written as it is', () => {
  assert.equal(headerLines({ a: 'b\t \x80\xff' }), 'a: b\t \x80\xff\r\n');
});

for (const value of ['a\r\nb: c', 'a\n', '\r', '\0', '\x7f', 'ā', ['fine', 'a\r\n']]) {
  test(`the value ${JSON.stringify(value)} is not written`, () => {
    assert.throws(() => headerLines({ 'x-a': value }), /"x-a" has a value that no header may have/);
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOutputLog } from './output.ts';

test('what a script prints is logged until it is too much, and what is lost is told once, with its size', () => {
  const lines: { fields: object; message: string }[] = [];
  const write = (fields: object, message: string) => void lines.push({ fields, message });
  let now = 0;
  const output = createOutputLog({ info: write, warn: write, error: write }, () => now);
  output.write('stdout', 'r', Buffer.from('two\nlines\n'));
  assert.deepEqual(lines, [{ fields: { request: 'r', stream: 'stdout' }, message: 'two\nlines' }]);

  const megabyte = Buffer.alloc(1024 * 1024, 'x');
  output.write('stderr', 'r', megabyte);
  assert.equal(output.isFull, true);
  output.write('stderr', 'r', megabyte);
  output.lose(24);
  assert.equal(lines.length, 2);
  output.close();
  assert.equal(lines.length, 3);
  assert.deepEqual(lines[2]?.fields, { lostBytes: megabyte.length + 24 });
  output.close();
  assert.equal(lines.length, 3);

  now = 10_000;
  assert.equal(output.isFull, false, 'a second later there is room again');
});

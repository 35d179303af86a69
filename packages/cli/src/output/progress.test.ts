import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgress } from './progress.ts';

function screen(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 20, write: (text: string) => written.push(text), written };
}

test('what is no terminal sees nothing', () => {
  const pipe = screen(false);
  const progress = createProgress(pipe);
  progress.show('working');
  progress.clear();
  assert.deepEqual(pipe.written, []);
});

test('a terminal sees one line, cut to its width and wiped at the end', () => {
  const terminal = screen(true);
  const progress = createProgress(terminal);
  progress.show('x'.repeat(100));
  progress.clear();
  progress.clear();
  assert.equal(terminal.written.length, 2);
  assert.ok(terminal.written[0]?.endsWith(` ${'x'.repeat(17)}`));
  assert.equal(terminal.written[1], '\r\u001b[2K');
});

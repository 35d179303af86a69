import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFailure } from './start-server.ts';

const ERROR = { code: 'conflict', message: 'Port 7070 is taken.' };
const LOGGED = JSON.stringify({ level: 60, time: 1, err: { type: 'SlipwayError', ...ERROR }, msg: 'ended' });

test('a server that ends gives its own reason, wherever it stands in the log', () => {
  const log = [`{"level":30,"time":1,"msg":"starting"}`, LOGGED, 'Node.js v24'].join('\n');
  assert.deepEqual(startFailure(log).toJSON(), ERROR);
});

for (const [log, told] of [
  ['Segmentation fault\n', 'Segmentation fault'],
  ['', 'nothing'],
]) {
  test(`of a log that holds ${JSON.stringify(log)} the last line is told`, () => {
    const error = startFailure(log ?? '');
    assert.equal(error.code, 'internal');
    assert.equal(error.message, `The server ended at once and said: ${told}`);
  });
}

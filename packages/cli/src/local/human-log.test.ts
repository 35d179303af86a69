import assert from 'node:assert/strict';
import { test } from 'node:test';
import { humanLogLine } from './human-log.ts';

test('a structured line shows time, level, message and what else it has', () => {
  const time = new Date(2026, 0, 2, 3, 4, 5);
  const line = JSON.stringify({
    level: 30,
    time: time.getTime(),
    pid: 1,
    msg: 'Ready',
    port: 7070,
    a: { b: 1 },
  });
  assert.equal(humanLogLine(line), '03:04:05 INFO  Ready port=7070 a={"b":1}');
});

test('times and levels in words are read too', () => {
  const time = new Date(2026, 0, 2, 3, 4, 5).toISOString();
  assert.equal(humanLogLine(JSON.stringify({ level: 'warn', time, msg: 'Slow' })), '03:04:05 WARN  Slow');
});

for (const line of ['plain text', '{"broken', '[1]', '{"no": "level"}']) {
  test(`${line} stays as it is`, () => assert.equal(humanLogLine(line), line));
}

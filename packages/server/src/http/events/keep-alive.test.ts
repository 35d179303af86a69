import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withKeepAlive } from './keep-alive.ts';

test('silence is filled with comments, and nothing is lost in it', async () => {
  let speak: () => void = () => undefined;
  const spoken = new Promise<void>((resolve) => {
    speak = resolve;
  });
  async function* texts() {
    await spoken;
    yield 'one';
    yield 'two';
  }
  const heard: string[] = [];
  for await (const text of withKeepAlive(texts(), 1)) {
    heard.push(text);
    if (heard.length === 4) speak();
  }
  assert.deepEqual(heard.slice(0, 3), [': open\n\n', ': keep-alive\n\n', ': keep-alive\n\n']);
  assert.deepEqual(
    heard.filter((text) => !text.startsWith(':')),
    ['one', 'two'],
  );
});

test('who stops listening ends the source', async () => {
  let ended = false;
  async function* texts() {
    try {
      while (true) yield 'more';
    } finally {
      ended = true;
    }
  }
  for await (const text of withKeepAlive(texts(), 1_000)) if (text === 'more') break;
  assert.equal(ended, true);
});

import assert from 'node:assert/strict';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { onTestEnd, type TestScope, withScope } from './cleanup.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('cleans up in reverse order, all of it, even if one fails', async () => {
  const { scope, end } = endableScope();
  const order: number[] = [];
  onTestEnd(scope, () => void order.push(1));
  onTestEnd(scope, () => Promise.reject(new Error('two')));
  onTestEnd(scope, () => void order.push(3));
  await assert.rejects(end(), /two/);
  assert.deepEqual(order, [3, 1]);
});

test('a scope of its own ends with its body', async () => {
  const order: string[] = [];
  const failing = withScope(async (scope) => {
    onTestEnd(scope, () => void order.push('cleaned up'));
    order.push('ran');
    throw new Error('failed');
  });
  await assert.rejects(failing, /failed/);
  assert.deepEqual(order, ['ran', 'cleaned up']);
});

test('a temporary folder is gone with all it held', async () => {
  const { scope, end } = endableScope();
  const folder = await temporaryFolder(scope);
  await mkdir(join(folder, 'deep'));
  await writeFile(join(folder, 'deep', 'file'), 'text');
  await end();
  await assert.rejects(access(folder), { code: 'ENOENT' });
});

function endableScope(): { scope: TestScope; end: () => Promise<void> } {
  const cleanUps: (() => Promise<void> | void)[] = [];
  return {
    scope: { after: (cleanUp) => void cleanUps.push(cleanUp) },
    end: async () => {
      for (const cleanUp of cleanUps) await cleanUp();
    },
  };
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCollector, type EntryRunFunction, loadOnnxModel } from '@slipway/sdk/entry';

test('outside of a replica, the helper says where it works', async () => {
  const run: EntryRunFunction<string> = async (path) => (await loadOnnxModel(path)).outputs;
  const context = {} as Parameters<typeof run>[1];
  await assert.rejects(
    async () => run('digits.onnx', context),
    /works in an entry script.*slipway dev score\.ts/,
  );
  assert.throws(
    () => createCollector({ model: 'digits' }),
    /^SlipwayError: createCollector works in an entry script/,
  );
});

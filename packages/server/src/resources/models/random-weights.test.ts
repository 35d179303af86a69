import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WEIGHTS_PROPERTY } from '@slipway/contract';
import type { ConversionReport } from '@slipway/contract/api';
import { startApi } from '../../http/api.test.support.ts';
import { registerConverted } from './convert.ts';
import { modelKey } from './find.ts';

const RANDOM = 'random, seed 7';

test('a model that is converted from one with random weights says so where its own files cannot', async (t) => {
  const { store, register } = await startApi(t);
  for (const [name, properties, expected] of [
    ['drawn', { [WEIGHTS_PROPERTY]: RANDOM }, RANDOM],
    ['trained', {}, undefined],
  ] as const) {
    const { digest, files } = await register(name);
    const key = modelKey('default', name, 1);
    const found = await store.read((reader) => reader.get('models', key));
    assert.ok(found !== undefined);
    await store.write((writer) => writer.put('models', key, { ...found.value, properties }));
    const converted = {
      order: { name: `${name}-onnx`, files, parentId: `${name}:1` },
      manifest: { digest, size: 1, weights: undefined },
      report: {} as ConversionReport,
    };
    const { model } = await store.write((writer) =>
      registerConverted(writer, { id: 'o', workspace: 'default' }, converted),
    );
    assert.equal(model, `${name}-onnx:1`);
    const made = await store.read((reader) => reader.get('models', modelKey('default', `${name}-onnx`, 1)));
    assert.equal(made?.value.properties[WEIGHTS_PROPERTY], expected);
  }
});

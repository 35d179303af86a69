import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ENGINE_MANIFEST, SlipwayError } from '@slipway/contract';
import { addModel, temporaryFolder } from '@slipway/testkit';
import type { Accelerator, LoadOptions } from '../engine.ts';
import { onnxEngine } from './onnx-engine.ts';
import { packageFolder, providerLibrary } from './open-binding.ts';

function load(folder: string, accelerator: Accelerator) {
  writeFileSync(join(folder, 'model.onnx'), addModel());
  const options: LoadOptions = {
    ...{ threads: 1, digest: 'sha256:0', cacheDir: join(folder, 'cache') },
    accelerator,
  };
  return onnxEngine.load(onnxEngine.inspect(folder), options);
}

/** The refusal of a load, which must be one that no second try can mend. */
function refusal(folder: string, accelerator: Accelerator): string {
  try {
    load(folder, accelerator).close();
  } catch (thrown) {
    assert.ok(thrown instanceof SlipwayError, String(thrown));
    assert.equal(thrown.code, 'unsupported', 'a replica takes it for permanent');
    return thrown.message;
  }
  return assert.fail('It was loaded.');
}

const CARRIED =
  existsSync(providerLibrary(packageFolder(), 'cuda')) && 'onnxruntime-node has brought them itself';

test('a provider whose libraries are not installed is refused, with the command that brings them', {
  skip: CARRIED,
}, async (t) => {
  const folder = await temporaryFolder(t);
  for (const providers of [['cuda'], ['tensorrt', 'cuda'], ['cuda', 'cpu']]) {
    const engineDir = join(folder, 'engines', 'onnxruntime-cuda');
    const message = refusal(folder, { providers, cpuFallback: true, engineDir });
    assert.match(message, /are not installed: run "slipway engine install cuda" on the machine/);
  }
});

test('an installed engine that cannot be loaded is refused, and nothing else is taken for it', async (t) => {
  const folder = await temporaryFolder(t);
  const engineDir = join(folder, 'engine');
  mkdirSync(engineDir);
  writeFileSync(join(engineDir, ENGINE_MANIFEST), '{}');
  const message = refusal(folder, { providers: ['cuda'], cpuFallback: true, engineDir });
  assert.match(message, /^ONNX Runtime cannot be loaded from .*onnxruntime_binding\.node: cannot open/);
});

test('a provider that was not built in is refused, with those that were', async (t) => {
  const folder = await temporaryFolder(t);
  const message = refusal(folder, { providers: ['nonsense', 'cpu'], cpuFallback: true, engineDir: null });
  assert.match(
    message,
    /^ONNX Runtime 1\.30\.0 for \S+ has no execution provider "nonsense"; it knows "cpu"/,
  );
});

test('a provider without a device is refused', { skip: process.platform !== 'linux' }, async (t) => {
  const folder = await temporaryFolder(t);
  const hidden = process.env['VK_ICD_FILENAMES'];
  process.env['VK_ICD_FILENAMES'] = join(folder, 'none.json');
  try {
    const message = refusal(folder, { providers: ['webgpu'], cpuFallback: true, engineDir: null });
    assert.match(message, /^The execution provider "webgpu" cannot be used: there is no graphics card/);
  } finally {
    if (hidden === undefined) delete process.env['VK_ICD_FILENAMES'];
    else process.env['VK_ICD_FILENAMES'] = hidden;
  }
  assert.deepEqual(readdirSync(folder), ['model.onnx'], 'and no optimized model is kept');
});

import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import { extractLibraries } from './wheel-libraries.ts';
import { zip } from './wheels.test.support.ts';

test('only libraries are taken, stored and compressed ones, the engine under the name it is asked for', async (t) => {
  const folder = await temporaryFolder(t);
  const entries = {
    'a/lib/libcudnn_ops.so.9': Buffer.alloc(70_000, 'x'),
    'a/lib/libnvrtc-builtins.so.13.5': Buffer.from('stored'),
    'a/capi/libonnxruntime.so.1.30.0': Buffer.from('engine'),
    'a/lib/libcudart_static.a': Buffer.from('static'),
    'a/state.cpython-312-x86_64-linux-gnu.so': Buffer.from('python'),
    '../../libescape.so': Buffer.from('its folder does not count'),
    'a/lib/libempty.so.1': Buffer.alloc(0),
  };
  await writeFile(join(folder, 'w.whl'), zip(entries));
  const found = await extractLibraries(join(folder, 'w.whl'), folder, t.signal);
  assert.deepEqual(found, {
    ...{ 'libcudnn_ops.so.9': 70_000, 'libnvrtc-builtins.so.13.5': 6, 'libonnxruntime.so.1': 6 },
    ...{ 'libescape.so': 25, 'libempty.so.1': 0 },
  });
  assert.deepEqual((await readdir(folder)).toSorted(), [...Object.keys(found), 'w.whl'].toSorted());
  assert.equal(await readFile(join(folder, 'libnvrtc-builtins.so.13.5'), 'utf8'), 'stored');
  assert.ok((await readFile(join(folder, 'libcudnn_ops.so.9'))).equals(Buffer.alloc(70_000, 'x')));
});

test('what is no ZIP file, or a broken one, is refused', async (t) => {
  const folder = await temporaryFolder(t);
  const whole = zip({ 'libx.so': Buffer.alloc(5_000, 'y') });
  const wrongSize = Buffer.from(whole);
  wrongSize.writeUInt32LE(4_999, whole.lastIndexOf(Buffer.from('PK\u0001\u0002')) + 24);
  for (const content of [Buffer.from('no'), whole.subarray(0, -30), whole.subarray(20), wrongSize]) {
    await writeFile(join(folder, 'w.whl'), content);
    await assert.rejects(() => extractLibraries(join(folder, 'w.whl'), folder, t.signal));
  }
});

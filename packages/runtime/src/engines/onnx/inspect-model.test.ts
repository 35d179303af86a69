import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import {
  digitMlp,
  encodeModel,
  externalDataModel,
  identityModel,
  loopModel,
  node,
  temporaryFolder,
  tensorSpec,
} from '@slipway/testkit';
import { onnxEngine } from './onnx-engine.ts';

type Files = Readonly<Record<string, Uint8Array | string>>;

async function write(folder: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

const digits = digitMlp();
const identity = identityModel('FP32', ['n']);
const external = externalDataModel();

function withWeightsIn(location: string): Uint8Array {
  return encodeModel({
    opset: 17,
    graph: {
      inputs: [tensorSpec('x', 'FP32', [1])],
      outputs: [tensorSpec('y', 'FP32', [1])],
      nodes: [node('Add', ['x', 'w'], ['y'])],
      initializers: [
        { name: 'w', datatype: 'FP32', shape: [1], external: { location, offset: 0, length: 4 } },
      ],
    },
  });
}

const REFUSED: readonly [string, Files, RegExp][] = [
  ['an empty folder', {}, /no \.onnx file: it is empty/],
  [
    'a folder without ONNX',
    { 'model.pkl': 'x', 'a/b.txt': 'y' },
    /it holds a\/b\.txt, model\.pkl.*entry script/,
  ],
  [
    'several models',
    { 'a.onnx': identity, 'b.onnx': identity },
    /2 \.onnx files \(a\.onnx, b\.onnx\).*model\.onnx/,
  ],
  ['an empty file', { 'm.onnx': '' }, /m\.onnx is not an ONNX file: it is empty/],
  ['text', { 'm.onnx': 'hello, this is a model' }, /m\.onnx is (not an ONNX file|cut short or corrupt)/],
  ['a zip archive', { 'm.onnx': 'PK\x03\x04rest' }, /zip archive, as PyTorch/],
  ['a Git LFS pointer', { 'm.onnx': 'version https://git-lfs.github.com/spec/v1\n' }, /git lfs pull/],
  [
    'half a file',
    { 'm.onnx': digits.slice(0, digits.length / 2) },
    /cut short or corrupt.*goes on past the end/,
  ],
  ['a file without its last byte', { 'm.onnx': digits.slice(0, -1) }, /cut short or corrupt/],
  ['a file of its header alone', { 'm.onnx': digits.slice(0, 2) }, /it has no graph/],
  ['missing weights', { 'm.onnx': external.model }, /"weights\.bin".*tensor "weights".*is missing/],
  [
    'weights that are cut short',
    { 'm.onnx': external.model, 'weights.bin': external.data.slice(0, 8) },
    /"weights\.bin" is cut short: tensor "weights" ends at byte 16, but the file has 8/,
  ],
  ['weights above the folder', { 'm.onnx': withWeightsIn('../w.bin') }, /outside of the model's folder/],
  [
    'weights at an absolute path',
    { 'm.onnx': withWeightsIn('/etc/passwd') },
    /outside of the model's folder/,
  ],
];
for (const [what, files, message] of REFUSED) {
  test(`refuses ${what}`, async (t) => {
    const folder = await temporaryFolder(t);
    await write(folder, files);
    assert.throws(() => onnxEngine.inspect(folder), { code: 'invalid_model', message });
  });
}

test('refuses weights behind a link that leads out of the folder', async (t) => {
  const folder = await temporaryFolder(t);
  await write(folder, { 'model/m.onnx': external.model, 'elsewhere.bin': external.data });
  await symlink(join(folder, 'elsewhere.bin'), join(folder, 'model', external.dataFile));
  assert.throws(() => onnxEngine.inspect(join(folder, 'model')), {
    message: /outside of the model's folder/,
  });
});

test('prefers model.onnx among several', async (t) => {
  const folder = await temporaryFolder(t);
  await write(folder, { 'model.onnx': identity, 'other.onnx': identity });
  assert.equal(onnxEngine.inspect(folder).file, join(folder, 'model.onnx'));
});

test('finds a model in a folder below', async (t) => {
  const folder = await temporaryFolder(t);
  await write(folder, { 'net/digits.onnx': digits, 'README.md': 'x' });
  assert.deepEqual(onnxEngine.inspect(folder), {
    file: join(folder, 'net/digits.onnx'),
    bytes: digits.length,
    valueDriven: [],
  });
});

test('counts the weights beside the model', async (t) => {
  const folder = await temporaryFolder(t);
  await write(folder, { 'm.onnx': external.model, [external.dataFile]: external.data });
  assert.equal(onnxEngine.inspect(folder).bytes, external.model.length + external.data.length);
});

test('sees a loop, in a subgraph too', async (t) => {
  const folder = await temporaryFolder(t);
  await write(folder, { 'm.onnx': loopModel() });
  assert.deepEqual(onnxEngine.inspect(folder).valueDriven, ['Loop']);

  const body = {
    inputs: [],
    outputs: [tensorSpec('out', 'FP32', [1])],
    nodes: [node('Loop', [], ['out'])],
  };
  const branches = { then_branch: { graph: body }, else_branch: { graph: body } };
  const graph = {
    inputs: [tensorSpec('c', 'BOOL', [])],
    outputs: [tensorSpec('y', 'FP32', [1])],
    nodes: [node('If', ['c'], ['y'], branches)],
  };
  await write(folder, { 'm.onnx': encodeModel({ opset: 17, graph }) });
  assert.deepEqual(onnxEngine.inspect(folder).valueDriven, ['Loop']);
});

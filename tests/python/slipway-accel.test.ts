import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { blockShape, SSD_VGG_300 } from '@slipway/contract/detection';
import { runProcess, ssdNet, type TestScope, temporaryFolder, WHITE_PIXEL } from '@slipway/testkit';
import { answerOf, images } from '../conversion/answers.ts';
import { convert } from '../conversion/converted.ts';
import { serveModels } from '../harness/served-models.ts';
import { PACKAGE, slipwayClient } from '../harness/slipway-client.ts';

/** PNG, as TensorFlow's other way to decode JPEG is no matter of the service. */
const IMAGE = 'enlarged.png';
const INPUT = 'Placeholder:0';
const OUTPUT = 'classifier/resnet_v1_50/predictions/Softmax:0';

/** Runs it with the sources of the package; what it wrote. */
async function run(scope: TestScope, args: readonly string[]) {
  const options = { cwd: PACKAGE, env: { PYTHONPATH: join(PACKAGE, 'src') } };
  const { code, stdout, stderr } = await runProcess(
    scope,
    await slipwayClient(scope),
    ['-B', ...args],
    options,
  );
  assert.equal(code, 0, `${stdout}${stderr}`);
  return { stdout, stderr };
}

test('the messages and repeats of the client for Python', async (t) => {
  const { stderr } = await run(t, ['-m', 'unittest', 'discover', '-t', '.', '-s', 'tests']);
  assert.match(stderr, /^Ran [1-9]\d* tests? in /m);
});

test('the client for Python scores an image on a service, at both doors', async (t) => {
  const { onnx, signature } = await convert(t, 'flow-saved-model', {});
  const model = { name: 'resnet50', version: 1, onnx, signature };
  const { key, gateway, replica } = await serveModels(t, { service: 'flow', models: [model] });
  const path = join(await temporaryFolder(t), IMAGE);
  await writeFile(path, images().get(IMAGE) ?? '');
  const expected = [...answerOf('flow', IMAGE).scores];
  for (const { port } of [gateway, replica]) {
    const args = ['127.0.0.1', String(port), key, 'flow', path, INPUT, OUTPUT];
    const { stdout } = await run(t, ['tests/real_service.py', ...args]);
    const { answers, refusals } = JSON.parse(stdout);
    const shapes = Object.entries(answers).map(([name, answer]) => [name, (answer as Answer).shape]);
    const classes = expected.length;
    assert.deepEqual(Object.fromEntries(shapes), {
      one: [classes],
      listed: [1, classes],
      all: [classes],
      image: [classes],
    });
    for (const { data } of Object.values<Answer>(answers))
      for (const [index, value] of expected.entries())
        assert.ok(Math.abs(value - (data[index] ?? Number.NaN)) < 1e-5, `score ${index}`);
    assert.deepEqual(refusals, ['INVALID_ARGUMENT', 'INVALID_ARGUMENT']);
  }
});

interface Answer {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Serves SSD-VGG-300, which sees a dog in every image; what the client is to be told of it, and of an image. */
async function serveDetector(scope: TestScope, declared: object = {}): Promise<readonly string[]> {
  const side = SSD_VGG_300.imageSize;
  const image = { width: side, height: side, resize: 'tf1_bilinear', fit: 'stretch', layout: 'NHWC' };
  const inputs = { InputImage: { image: { name: 'images', ...image } } };
  const onnx = ssdNet([{ block: 'block11', anchor: 0, classIndex: 12, logit: 20 }]);
  const model = {
    name: 'ssdvgg',
    version: 1,
    onnx,
    signature: { kind: 'ModelSignature', inputs, ...declared },
  };
  const { key, gateway } = await serveModels(scope, { service: 'flow', models: [model] });
  const path = join(await temporaryFolder(scope), IMAGE);
  await writeFile(path, WHITE_PIXEL);
  return ['127.0.0.1', String(gateway.port), key, 'flow', path, 'images'];
}

test('the client for Python gets the twelve outputs of a detector in the order of its list', async (t) => {
  const { classes, blocks } = SSD_VGG_300;
  const args = await serveDetector(t);
  const outputs = [classes, 4].flatMap((values) =>
    blocks.map((block) => ({
      name: `ssd_300_vgg/${block.name}_box/${values === 4 ? 'Reshape' : 'Reshape_1'}:0`,
      shape: [1, ...blockShape(block, values)],
    })),
  );
  const names = outputs.map(({ name }) => name);
  const { stdout } = await run(t, ['tests/real_detector.py', ...args, ...names]);
  const shapes = outputs.map(({ shape }) => shape);
  assert.deepEqual(JSON.parse(stdout), {
    listed: shapes,
    backwards: shapes.toReversed(),
    one: shapes[0]?.slice(1),
    all: shapes.length,
  });
});

test('and what a declared detector found, with its names', async (t) => {
  const labels = Array.from({ length: SSD_VGG_300.classes }, (_, index) => (index === 12 ? 'dog' : ''));
  const args = await serveDetector(t, { detections: { layout: 'ssd-vgg-300', labels } });
  const { stdout } = await run(t, ['tests/real_detector.py', ...args]);
  const { boxes, scores, ...found } = JSON.parse(stdout);
  assert.deepEqual(found, { classes: [['12.0']], num_detections: ['1.0'], labels: [['dog']] });
  assert.deepEqual([boxes[0].length, boxes[0][0].length, scores[0].length], [1, 4, 1]);
});

test('pip installs the package from its folder', async (t) => {
  const folder = await temporaryFolder(t);
  const source = join(folder, 'slipway');
  await cp(PACKAGE, source, { recursive: true });
  const target = join(folder, 'installed');
  const offline = ['--no-index', '--no-deps', '--no-build-isolation', '--target', target];
  await run(t, ['-m', 'pip', '--disable-pip-version-check', '--quiet', 'install', ...offline, source]);
  const check = 'import slipway.accel; print(slipway.__file__, *slipway.accel.__all__)';
  const isolated = `import sys; sys.path[:0] = [${JSON.stringify(target)}]; ${check}`;
  const { code, stdout, stderr } = await runProcess(t, await slipwayClient(t), ['-I', '-c', isolated]);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, `${target}/slipway/__init__.py PredictionClient client_from_service\n`);
});

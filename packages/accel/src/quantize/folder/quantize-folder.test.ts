import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { readModel, writeModel } from '@slipway/graph/onnx';
import { seededRandom, type TestScope, temporaryFolder } from '@slipway/testkit';
import { composePipeline } from '../../pipeline/compose-pipeline.ts';
import { openPipeline } from '../../pipeline/open-pipeline.ts';
import { savePipeline } from '../../pipeline/save-pipeline.ts';
import { TINY_PREPROCESSING, TINY_SCORES, tinyResnet } from '../../pipeline/tiny-network.test.helper.ts';
import { type QuantizeFolderOptions, quantizeFolder } from './quantize-folder.ts';

const LABELS = Array.from({ length: 10 }, (_, index) => `class ${index}`);
const SIDE = 64;

test('a model folder becomes another one that is served in the same way, with the report in it', async (t) => {
  const { folder, source, photos } = await prepared(t);
  const out = join(folder, 'out');
  const report = await quantizeFolder({ source, out, calibration: photos, agreement: 0 });
  assert.deepEqual((await readdir(out)).toSorted(), [
    'model.onnx',
    'notes.txt',
    'quantization.json',
    'signature.json',
  ]);
  assert.deepEqual(JSON.parse(await readFile(join(out, 'quantization.json'), 'utf8')), report);
  const [before, after] = [await openPipeline(source), await openPipeline(out)];
  assert.deepEqual({ ...after, model: undefined }, { ...before, model: undefined });
  assert.equal(report.samples.calibration?.description, 'images of photos');
  assert.ok(report.agreement.measured && report.agreement.output === TINY_SCORES);
  assert.equal(report.agreement.rows, 3);
  assert.equal(report.bytes.quantized, (await readFile(join(out, 'model.onnx'))).length);
});

test('weights beside the model are read, and become a part of it', async (t) => {
  const { folder, source, photos } = await prepared(t);
  const model = readModel(join(source, 'model.onnx'));
  const beside = join(folder, 'beside');
  await mkdir(beside);
  await writeModel(model, join(beside, 'network.onnx'), { externalFrom: 64 });
  await writeFile(join(beside, 'signature.json'), await readFile(join(source, 'signature.json')));
  const out = join(folder, 'out');
  await quantizeFolder({ source: beside, out, calibration: photos });
  assert.deepEqual((await readdir(out)).toSorted(), ['model.onnx', 'quantization.json', 'signature.json']);
});

const WRONG: readonly (readonly [Partial<QuantizeFolderOptions>, string, RegExp])[] = [
  [{ source: '/nowhere' }, 'not_found', /no model \/nowhere/],
  [{ calibration: '/nowhere' }, 'not_found', /no folder \/nowhere/],
  [{ calibration: undefined }, 'invalid_argument', /^calibration: the method static/],
];

for (const [options, code, message] of WRONG) {
  test(`is refused, and leaves nothing: ${message.source}`, async (t) => {
    const { folder, source, photos } = await prepared(t);
    const out = join(folder, 'out');
    const work = quantizeFolder({ source, out, calibration: photos, ...options });
    await assert.rejects(work, { code, message });
    assert.deepEqual((await readdir(folder)).toSorted(), ['photos', 'source']);
  });
}

test('what is there is not written over, and samples of both kinds are not the same', async (t) => {
  const { source, photos } = await prepared(t);
  const there = quantizeFolder({ source, out: photos, calibration: photos });
  await assert.rejects(there, { code: 'already_exists' });
  const same = quantizeFolder({
    source,
    out: join(source, 'x'),
    calibration: photos,
    evaluation: `${photos}/.`,
  });
  await assert.rejects(same, {
    code: 'invalid_argument',
    message: /^evaluation: .* also the folder of calibr/,
  });
});

test('a damaged image and an empty folder are told by their names', async (t) => {
  const { folder, source, photos } = await prepared(t);
  const [out, empty] = [join(folder, 'out'), join(folder, 'empty')];
  await mkdir(empty);
  const none = quantizeFolder({ source, out, calibration: empty });
  await assert.rejects(none, { code: 'invalid_argument', message: /^calibration: .*empty holds no images/ });
  await writeFile(join(photos, '5.png'), 'no image');
  const damaged = quantizeFolder({ source, out, calibration: photos });
  await assert.rejects(damaged, { code: 'invalid_argument', message: /photos\/5\.png/ });
});

test('a folder without one ONNX model is refused with what it holds', async (t) => {
  const { folder, source } = await prepared(t);
  const model = await readFile(join(source, 'model.onnx'));
  const two = join(folder, 'two');
  await mkdir(two);
  const options = { source: two, out: join(folder, 'out'), method: 'weight-only' } as const;
  await assert.rejects(quantizeFolder(options), { code: 'invalid_model', message: /holds no \.onnx file/ });
  await writeFile(join(two, 'a.onnx'), model);
  await writeFile(join(two, 'b.onnx'), model);
  await assert.rejects(quantizeFolder(options), {
    code: 'invalid_model',
    message: /2 \.onnx files \(a\.onnx, b\.o/,
  });
  await writeFile(join(two, 'model.onnx'), 'no model');
  await assert.rejects(quantizeFolder(options), { code: 'invalid_model' });
});

test('what is given up leaves nothing', async (t) => {
  const { folder, source, photos } = await prepared(t);
  const giveUp = new AbortController();
  const work = quantizeFolder({
    source,
    out: join(folder, 'out'),
    calibration: photos,
    signal: giveUp.signal,
    onProgress: ({ done }) => done === 2 && giveUp.abort(),
  });
  await assert.rejects(work, { code: 'cancelled', message: /given up; nothing of it is there/ });
  assert.deepEqual((await readdir(folder)).toSorted(), ['photos', 'source']);
});

async function prepared(t: TestScope) {
  const folder = await temporaryFolder(t);
  const { featurizer, classifier: head } = tinyResnet();
  const [source, photos] = [join(folder, 'source'), join(folder, 'photos')];
  const pipeline = composePipeline({ preprocessing: TINY_PREPROCESSING, featurizer, head, labels: LABELS });
  await savePipeline(pipeline, source, {
    files: { 'notes.txt': 'kept', 'quantization.json': 'an older one' },
  });
  await mkdir(photos);
  for (let seed = 0; seed < 12; seed += 1) await writeFile(join(photos, `${seed}.png`), noisyPng(seed));
  return { folder, source, photos };
}

/** A greyscale PNG of squares of eight pixels. */
function noisyPng(seed: number): Buffer {
  const random = seededRandom(seed);
  const levels = Array.from({ length: (SIDE / 8) ** 2 }, () => Math.floor(256 * random()));
  const rows = Buffer.alloc(SIDE * (SIDE + 1));
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      rows[y * (SIDE + 1) + 1 + x] = levels[Math.floor(y / 8) * (SIDE / 8) + Math.floor(x / 8)] ?? 0;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(SIDE, 4);
  header[8] = 8;
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

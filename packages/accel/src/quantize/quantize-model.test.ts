import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withClassifier } from '@slipway/graph/catalogue';
import { checkModel, floatTensor, makeNode, type OnnxModel, tensorsOf } from '@slipway/graph/onnx';
import { TINY_SCORES, tinyResnet } from '../pipeline/tiny-network.test.helper.ts';
import type { Feeds } from '../session/open-model.ts';
import type { QuantizeOptions, QuantizeProgress } from './options.ts';
import { quantizeModel } from './quantize-model.ts';
import type { QuantizationReport } from './report.ts';
import { seededSamples } from './seeded-samples.ts';

const MODEL = withClassifier(tinyResnet());
const noise = (count: number, seed = 3) => seededSamples(MODEL, { seed, count, from: -128, to: 128 });
const calibration = noise(24);

test('a network becomes one of eight bits, and its report says what that cost', async () => {
  const seen: QuantizeProgress[] = [];
  const { model, report } = await quantizeModel({
    model: MODEL,
    calibration,
    onProgress: (progress) => seen.push(progress),
  });
  assert.deepEqual(checkModel(model), []);
  assert.ok(tensorsOf(model).some(({ elementType }) => elementType === 'int8'));
  assert.deepEqual(namesOf(model), namesOf(MODEL));
  const said = Object.fromEntries(model.metadata.map(({ key = '', value }) => [key, value]));
  assert.equal(said['slipway.weights'], 'random, seed 7');
  assert.equal(said['slipway.quantization'], 'int8, static, calibrated with 18 samples: noise, seed 3');
  assert.deepEqual(report.calibrator, { name: 'min-max' });
  assert.deepEqual([report.samples.calibration?.count, report.samples.evaluation?.count], [18, 6]);
  assert.ok(report.agreement.measured && report.agreement.rows === 6);
  assert.equal(report.agreement.output, TINY_SCORES);
  const [error] = report.outputs;
  assert.ok(error !== undefined && (error.decibels ?? 0) > 15, `${error?.decibels} dB`);
  assert.ok(report.bytes.quantized < 0.7 * report.bytes.float);
  assert.ok(report.latency.measured && report.latency.threads === 1 && report.latency.float > 0);
  assert.ok(report.layers.integer > 20);
  assert.deepEqual([...new Set(seen.map(({ phase }) => phase))], ['calibrating', 'comparing', 'timing']);
  assert.equal(seen.filter(({ phase }) => phase === 'calibrating').length, 18);
});

const FORMS: readonly (readonly [Partial<QuantizeOptions>, (report: QuantizationReport) => boolean])[] = [
  [{ calibrator: 'percentile', percentile: 99.9 }, ({ calibrator }) => calibrator?.percentile === 99.9],
  [{ calibrator: 'entropy' }, ({ calibrator }) => calibrator?.name === 'entropy'],
  [{ target: 'tensorrt' }, ({ activations }) => activations === 'int8'],
  [{ perChannel: false, reduceRange: true }, ({ reduceRange }) => reduceRange.why === 'it was asked for'],
  [{ exclude: { ops: ['Add'] } }, ({ layers }) => layers.float.some(({ why }) => why.includes('excluded'))],
  [
    { method: 'weight-only', calibration: undefined, evaluation: noise(4) },
    ({ layers: { integer, float }, activations }) =>
      integer > 10 && float.length === 0 && activations === null,
  ],
];

for (const [options, holds] of FORMS) {
  test(`runs in ONNX Runtime in the form ${Object.keys(options).join(', ')}`, async () => {
    const { model, report } = await quantizeModel({ model: MODEL, calibration: noise(8), ...options });
    assert.deepEqual(checkModel(model), []);
    assert.ok(holds(report), JSON.stringify(report));
    assert.ok((report.outputs[0]?.decibels ?? 0) > 5);
  });
}

test('TensorRT is given no zero points and no biases of INT32', async () => {
  const { model } = await quantizeModel({ model: MODEL, calibration: noise(4), target: 'tensorrt' });
  const types = new Set(tensorsOf(model).map(({ elementType }) => elementType));
  assert.ok(!types.has('uint8') && !types.has('int32'), [...types].join());
  const zeroPoints = tensorsOf(model).filter(({ name = '' }) => name.endsWith('_zero_point'));
  assert.ok(zeroPoints.length > 20);
  for (const { name, data } of zeroPoints) {
    assert.ok(data.form === 'raw' && data.bytes instanceof Uint8Array, name);
    assert.ok(
      data.bytes.every((byte) => byte === 0),
      name,
    );
  }
});

test('the worst layers go back to FP32 until an agreement is kept', async () => {
  const model = withRuinedLayer();
  const samples = { calibration: seededSamples(model, { seed: 1, count: 48 }) };
  const { report: whole } = await quantizeModel({ model, ...samples, perChannel: false });
  assert.ok(whole.agreement.measured && whole.agreement.share < 0.9, JSON.stringify(whole.agreement));
  const { report } = await quantizeModel({ model, ...samples, perChannel: false, agreement: 0.95 });
  assert.ok(report.agreement.measured && report.agreement.share >= 0.95);
  const float = report.layers.float.filter(({ why }) => why.startsWith('it would cost agreement'));
  assert.deepEqual(
    float.map(({ node }) => node),
    ['ruined'],
  );
  assert.deepEqual(
    report.fallback?.attempts.map((attempt) => attempt.float),
    [0, 1],
  );
});

test('an agreement that no layers in FP32 can keep is refused, with the best that was reached', async () => {
  const model = withRuinedLayer();
  const options = { calibration: seededSamples(model, { seed: 1, count: 48 }), perChannel: false };
  await assert.rejects(quantizeModel({ model, ...options, agreement: 0.95, exclude: { nodes: ['last'] } }), {
    code: 'invalid_argument',
    message: /^agreement: 0\.95 is not reached; the best was 0\.\d+, with 0 of 1 layers in FP32/,
  });
});

test('without samples to compare with, nothing is said of agreement', async () => {
  const { report } = await quantizeModel({ model: withRuinedLayer(), method: 'dynamic' });
  assert.deepEqual(report.agreement, { measured: false, why: 'there were no samples to compare with' });
  assert.deepEqual(report.outputs, []);
  assert.ok(report.latency.measured);
});

const WRONG: readonly (readonly [Partial<QuantizeOptions>, RegExp])[] = [
  [{ scores: 'nowhere' }, /^scores: the model has no FP32 output "nowhere"\. It has classifier/],
  [{ agreement: 2 }, /^agreement: 2 is no share/],
  [{ exclude: { nodes: ['nowhere'] } }, /no node or operator nowhere/],
  [{ calibrator: 'percentile', percentile: 0 }, /A share of 0 %/],
  [{ calibration: withNan() }, /^noise 1 of seed 3: .*NaN/],
  [{ percentile: 99 }, /^percentile: .*the calibrator percentile/],
  [{ method: 'dynamic', calibrator: 'entropy' }, /^calibrator: .*the method static/],
  [{ method: 'weight-only', reduceRange: true }, /^reduceRange: .*the methods static and dynamic/],
  [{ method: 'dynamic', calibration: undefined }, /no Gemm, MatMul that can be quantized/],
];

for (const [options, message] of WRONG) {
  test(`is refused: ${message.source}`, async () => {
    const work = quantizeModel({ model: MODEL, calibration: noise(4), ...options });
    await assert.rejects(work, { code: 'invalid_argument', message });
  });
}

test('it ends between two samples when it is given up', async () => {
  const giveUp = new AbortController();
  const onProgress = ({ done }: QuantizeProgress) => done === 3 && giveUp.abort(new Error('enough'));
  const work = quantizeModel({ model: MODEL, calibration, signal: giveUp.signal, onProgress });
  await assert.rejects(work, { message: 'enough' });
});

/**
 * Two products, the first of which has one weight so large that one scale for all leaves nothing of the others; what it is
 * multiplied by is as small.
 */
function withRuinedLayer(): OnnxModel {
  const [size, classes] = [16, 5];
  const factors = Array.from({ length: size }, (_, at) => (at === 0 ? 1 / 4000 : 1));
  const first = Array.from({ length: size * size }, (_, at) => (at === 0 ? 4000 : Math.sin(at * 1.7)));
  const last = Array.from({ length: size * classes }, (_, at) => Math.cos(at * 2.3));
  const end = (name: string, dims: readonly (string | number)[]) => ({
    name,
    type: {
      kind: 'tensor',
      elementType: 'float',
      shape: { dims: dims.map((value) => ({ size: value })) },
    } as const,
    metadata: [],
  });
  return {
    ...MODEL,
    graph: {
      ...MODEL.graph,
      nodes: [
        makeNode({ op: 'Mul', name: 'scaled', inputs: ['x', 'factors'], outputs: ['s'] }),
        makeNode({ op: 'MatMul', name: 'ruined', inputs: ['s', 'w1'], outputs: ['h'] }),
        makeNode({ op: 'Tanh', name: 'tanh', inputs: ['h'], outputs: ['t'] }),
        makeNode({ op: 'MatMul', name: 'last', inputs: ['t', 'w2'], outputs: ['y'] }),
      ],
      initializers: [
        floatTensor('factors', [size], factors),
        floatTensor('w1', [size, size], first),
        floatTensor('w2', [size, classes], last),
      ],
      inputs: [end('x', ['batch', size])],
      outputs: [end('y', ['batch', classes])],
    },
  };
}

function withNan() {
  const good = noise(8);
  return {
    ...good,
    async *read(indices: readonly number[]) {
      for await (const { name, feeds } of good.read(indices)) {
        const [[input, tensor]] = Object.entries(feeds) as [[string, Feeds[string]]];
        const data = (tensor.data as Float32Array).slice();
        if (name.startsWith('noise 1')) data[5] = Number.NaN;
        yield { name, feeds: { [input]: { ...tensor, data } } };
      }
    },
  };
}

function namesOf({ graph }: OnnxModel): readonly (string | undefined)[] {
  return [...graph.inputs, ...graph.outputs].map(({ name }) => name);
}

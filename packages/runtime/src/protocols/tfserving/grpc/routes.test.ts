import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Client } from '@grpc/grpc-js';
import { type ReplicaSpec, SlipwayError } from '@slipway/contract';
import { addModel, digitMlp, identityModel } from '@slipway/testkit';
import { decodeMessage } from '../../../protobuf/decode.ts';
import { encodeToBytes } from '../../../protobuf/encode.ts';
import type { MessageInit } from '../../../protobuf/schema.ts';
import { keyAuth, startReplica } from '../../../replica-fixtures.ts';
import { convertedModel } from '../../converted-model.test.helper.ts';
import { callMethod, callUnary, openClient } from '../../grpc/client-fixtures.ts';
import * as serving from './codec/serving-messages.ts';
import type { EXAMPLE, TENSOR_PROTO } from './codec/tensor-messages.ts';

const PREDICTION = '/tensorflow.serving.PredictionService';
const MODELS = '/tensorflow.serving.ModelService';
const PREDICT = [serving.PREDICT_REQUEST, serving.PREDICT_RESPONSE] as const;
const ROUTE = { metadata: { 'x-ms-aml-grpc-service-route': '/api/v1/service/digits' } };

type PredictInit = MessageInit<typeof serving.PREDICT_REQUEST>;

function floats(shape: readonly number[], floatVal: readonly number[]): MessageInit<typeof TENSOR_PROTO> {
  return { dtype: 'DT_FLOAT', tensorShape: { dim: shape.map((size) => ({ size })) }, floatVal };
}

const A = floats([1, 2], [1, 2]);
const B = floats([1, 2], [10, 20]);

function summands(names: readonly [string, string], rest: PredictInit = {}): PredictInit {
  return { ...rest, inputs: new Map([[names[0], A] as const, [names[1], B] as const]) };
}

async function startAdder(t: TestContext, spec: Partial<ReplicaSpec> = {}): Promise<Client> {
  const { port } = await startReplica(t, { model: addModel(), spec });
  return openClient(t, port);
}

async function predict(client: Client, request: PredictInit, options = {}) {
  const { outputs, modelSpec } = await callMethod(client, `${PREDICTION}/Predict`, PREDICT, request, options);
  const told = [...outputs].map(([name, { floatVal }]) => [name, ...floatVal]);
  return { told, spec: [modelSpec?.name, modelSpec?.version?.value, modelSpec?.signatureName] };
}

test('inputs go by tensor name, with and without :0, and outputs come in kind or as asked', async (t) => {
  const client = await startAdder(t);
  const spec = ['digits', 3n, 'serving_default'];
  const named = { modelSpec: { name: 'digits', signatureName: 'serving_default' } };
  const rows: [PredictInit, string[]][] = [
    [summands(['a', 'b']), ['sum']],
    [summands(['a', 'b'], named), ['sum']],
    [summands(['a', 'b'], { modelSpec: { name: 'digits', version: { value: 3n } } }), ['sum']],
    [summands(['a', 'b'], { modelSpec: {} }), ['sum']],
    [summands(['a:0', 'b:0']), ['sum:0']],
    [summands(['a', 'b'], { outputFilter: ['sum'] }), ['sum']],
    [summands(['a', 'b'], { outputFilter: ['sum:0', 'sum'] }), ['sum', 'sum:0']],
    [summands(['a', 'b'], { outputFilter: ['output_alias'] }), ['output_alias']],
  ];
  for (const [request, names] of rows) {
    const answer = await predict(client, request);
    assert.deepEqual(
      answer.told.toSorted(),
      names.map((name) => [name, 11, 22]),
    );
    assert.deepEqual(answer.spec, spec);
  }
});

test("Azure's clients are understood: a route, any model name, aliases", async (t) => {
  const { port } = await startReplica(t, { model: digitMlp() });
  const client = openClient(t, port);
  const image = floats([1, 784], [0.5]);
  const preview = await predict(client, { inputs: new Map([['images', image]]) });
  assert.deepEqual(preview.told.map(([name]) => name).toSorted(), ['output_alias', 'probabilities']);
  const request = { modelSpec: { name: 'resnet' }, inputs: new Map([['image:0', image]]) };
  const routed = await predict(client, request, ROUTE);
  assert.deepEqual(
    routed.told.map(([name]) => name),
    ['probabilities:0'],
  );
  assert.deepEqual(routed.spec, ['resnet', 3n, 'serving_default']);
});

test('a service that is told to answers with the alias beside the tensor name, however the inputs are named', async (t) => {
  const client = await startAdder(t, { bothOutputNames: true });
  const rows: [PredictInit, string[]][] = [
    [summands(['a', 'b']), ['output_alias', 'sum']],
    [summands(['a:0', 'b:0']), ['output_alias', 'sum:0']],
    [summands(['a:0', 'b:0'], { outputFilter: ['sum:0'] }), ['sum:0']],
  ];
  for (const [request, names] of rows) {
    const { told } = await predict(client, request);
    const expected = names.map((name) => [name, 11, 22]);
    assert.deepEqual(told.toSorted(), expected);
  }
});

test('mistakes are told in the words of the stock server, and by its codes to those who name a model', async (t) => {
  const client = await startAdder(t);
  const one = { inputs: new Map([['a', A]]) };
  const wrongSignature = { signatureName: 'x' };
  const wrongTensor = { inputs: new Map([['a', floats([1, 2], [1, 2, 3])]]) };
  const rows: [PredictInit, object, string, string][] = [
    [{ ...one, modelSpec: { name: 'x' } }, {}, 'NOT_FOUND', 'Servable not found for request: Latest(x)'],
    [
      { ...one, modelSpec: { name: 'digits', version: { value: 9n } } },
      {},
      'NOT_FOUND',
      'Servable not found for request: Specific(digits, 9)',
    ],
    [
      { ...wrongTensor, modelSpec: { name: 'absent' } },
      {},
      'NOT_FOUND',
      'Servable not found for request: Latest(absent)',
    ],
    [
      { ...wrongTensor, modelSpec: { name: 'digits', ...wrongSignature } },
      {},
      'FAILED_PRECONDITION',
      'Serving signature key "x" not found.',
    ],
    [
      { ...one, modelSpec: { version: { value: 9n } } },
      {},
      'INVALID_ARGUMENT',
      'Servable not found for request: Specific(digits, 9)',
    ],
    [
      { ...one, modelSpec: { name: 'digits', ...wrongSignature } },
      {},
      'FAILED_PRECONDITION',
      'Serving signature key "x" not found.',
    ],
    [{ ...one, modelSpec: wrongSignature }, {}, 'INVALID_ARGUMENT', 'Serving signature key "x" not found.'],
    [
      one,
      {},
      'INVALID_ARGUMENT',
      'input size does not match signature: 1!=2 len({a}) != len({a,b}). Sent extra: {}. Missing but required: {b}.',
    ],
    [
      summands(['a', 'c']),
      {},
      'INVALID_ARGUMENT',
      'input tensor alias not found in signature: c. Inputs expected to be in the set {a,b}.',
    ],
    [
      summands(['a', 'b'], { outputFilter: ['c'] }),
      {},
      'INVALID_ARGUMENT',
      'output tensor alias not found in signature: c Outputs expected to be in the set {sum}.',
    ],
    [
      summands(['a', 'b'], { outputFilter: ['sum', 'sum'] }),
      {},
      'INVALID_ARGUMENT',
      'duplicate output tensor alias: sum',
    ],
  ];
  for (const [request, options, status, text] of rows) {
    const message = encodeToBytes(serving.PREDICT_REQUEST, request);
    const outcome = await callUnary(client, `${PREDICTION}/Predict`, message, options);
    assert.deepEqual([outcome.status, outcome.text], [status, text]);
  }
});

test('examples are regressed, alone and among several questions', async (t) => {
  const { port } = await startReplica(t, { model: identityModel('FP32', ['batch', 1]) });
  const client = openClient(t, port);
  const examples = [0.5, 2].map((value): MessageInit<typeof EXAMPLE> => {
    return { features: { feature: new Map([['input', { floatList: { value: [value] } }]]) } };
  });
  const input = { exampleList: { examples } };
  const regressions = [{ value: 0.5 }, { value: 2 }];
  const alone = await callMethod(
    client,
    `${PREDICTION}/Regress`,
    [serving.REGRESSION_REQUEST, serving.REGRESSION_RESPONSE],
    { input },
  );
  assert.deepEqual(alone.result, { regressions });
  assert.equal(alone.modelSpec?.signatureName, 'serving_default');
  const modelSpec = { name: 'digits' };
  const several = await callMethod(
    client,
    `${PREDICTION}/MultiInference`,
    [serving.MULTI_INFERENCE_REQUEST, serving.MULTI_INFERENCE_RESPONSE],
    { tasks: [{ modelSpec, methodName: 'tensorflow/serving/regress' }], input },
  );
  assert.deepEqual(
    several.results.map(({ regressionResult, modelSpec: told }) => [regressionResult, told?.signatureName]),
    [[{ regressions }, 'serving_default']],
  );
  const empty = encodeToBytes(serving.REGRESSION_REQUEST, { modelSpec: { name: 'absent' } });
  const unknown = await callUnary(client, `${PREDICTION}/Regress`, empty);
  assert.equal(
    unknown.text,
    'Servable not found for request: Latest(absent)',
    'before that it has no examples',
  );
  const request = encodeToBytes(serving.CLASSIFICATION_REQUEST, { input });
  const wrong = await callUnary(client, `${PREDICTION}/Classify`, request);
  assert.deepEqual(
    [wrong.status, wrong.text],
    [
      'INVALID_ARGUMENT',
      'Expected classification signature method_name to be tensorflow/serving/classify. Was: tensorflow/serving/predict',
    ],
  );
});

test('several questions must be about one model, and none twice', async (t) => {
  const client = await startAdder(t);
  const example: MessageInit<typeof EXAMPLE> = { features: {} };
  const task = (name: string, methodName: string) => ({ modelSpec: { name }, methodName });
  const regress = 'tensorflow/serving/regress';
  for (const [tasks, status, text] of [
    [
      [task('digits', regress), task('x', regress)],
      'INVALID_ARGUMENT',
      'All ModelSpecs in a MultiInferenceRequest must access the same model name.',
    ],
    [
      [task('digits', regress), task('digits', regress)],
      'INVALID_ARGUMENT',
      'Duplicate evaluation of signature: serving_default',
    ],
    [[task('digits', 'x')], 'UNIMPLEMENTED', 'Unsupported signature method_name: x'],
    [
      [{ modelSpec: { name: 'digits', signatureName: 'y' }, methodName: 'x' }],
      'INVALID_ARGUMENT',
      'Requested signature not found in model graph: y',
    ],
  ] as const) {
    const input = { exampleList: { examples: [example] } };
    const message = encodeToBytes(serving.MULTI_INFERENCE_REQUEST, { tasks, input });
    const outcome = await callUnary(client, `${PREDICTION}/MultiInference`, message);
    assert.deepEqual([outcome.status, outcome.text], [status, text]);
  }
});

test('a converted model tells its tensors by the keys of their signature, and takes them so', async (t) => {
  const { port } = await startReplica(t, { model: convertedModel() });
  const client = openClient(t, port);
  const { inputs, outputs } = await signatureOf(client);
  const names = [...inputs, ...outputs].map(([key, { name }]) => `${key} ${name}`);
  assert.deepEqual(names, [
    'a serving_default_a:0',
    'b serving_default_b:0',
    'total StatefulPartitionedCall:0',
    'outputs StatefulPartitionedCall:1',
  ]);
  const { told } = await predict(client, summands(['a', 'b'], { outputFilter: ['total'] }));
  assert.deepEqual(told, [['total', 11, 22]]);
});

async function signatureOf(client: Client) {
  const { metadata } = await callMethod(
    client,
    `${PREDICTION}/GetModelMetadata`,
    [serving.GET_MODEL_METADATA_REQUEST, serving.GET_MODEL_METADATA_RESPONSE],
    { metadataField: ['signature_def'] },
  );
  const any = metadata.get('signature_def');
  assert.equal(any?.typeUrl, 'type.googleapis.com/tensorflow.serving.SignatureDefMap');
  const map = decodeMessage(serving.SIGNATURE_DEF_MAP, any?.value ?? Buffer.of());
  assert.ok(!(map instanceof SlipwayError));
  const signature = map.signatureDef.get('serving_default');
  assert.ok(signature !== undefined);
  return signature;
}

test('a model tells its status and its signature', async (t) => {
  const client = await startAdder(t);
  // A label is not looked at.
  for (const modelSpec of [
    { name: 'digits' },
    { version: { value: 3n } },
    { name: 'digits', versionLabel: 'x' },
  ]) {
    const { modelVersionStatus } = await callMethod(
      client,
      `${MODELS}/GetModelStatus`,
      [serving.GET_MODEL_STATUS_REQUEST, serving.GET_MODEL_STATUS_RESPONSE],
      { modelSpec },
    );
    assert.deepEqual(modelVersionStatus, [
      { version: 3, state: 'AVAILABLE', status: { errorCode: 'OK', errorMessage: '' } },
    ]);
  }
  assert.deepEqual([...(await signatureOf(client)).inputs.keys()], ['a', 'b']);
  const unknown = { modelSpec: { name: 'x' } };
  for (const [path, request, status, text] of [
    [
      `${MODELS}/GetModelStatus`,
      encodeToBytes(serving.GET_MODEL_STATUS_REQUEST, unknown),
      'NOT_FOUND',
      /^Could not find any versions of model x$/,
    ],
    [`${MODELS}/HandleReloadConfigRequest`, Buffer.of(), 'UNIMPLEMENTED', /set by its deployment/],
    [`${PREDICTION}/GetModelMetadata`, Buffer.of(), 'INVALID_ARGUMENT', /at least one metadata_field$/],
  ] as const) {
    const outcome = await callUnary(client, path, request);
    assert.equal(outcome.status, status);
    assert.match(outcome.text, text);
  }
});

test('a key opens the service: as a bearer in any case, or bare', async (t) => {
  const { port } = await startReplica(t, { model: addModel(), auth: keyAuth(1, 'one', 'two') });
  const client = openClient(t, port);
  const message = encodeToBytes(serving.PREDICT_REQUEST, summands(['a', 'b']));
  for (const [authorization, status] of [
    ['Bearer one', 'OK'],
    ['bearer two', 'OK'],
    ['two', 'OK'],
    ['Bearer three', 'UNAUTHENTICATED'],
    ['Bearer ', 'UNAUTHENTICATED'],
  ] as const) {
    const outcome = await callUnary(client, `${PREDICTION}/Predict`, message, {
      metadata: { authorization },
    });
    assert.equal(outcome.status, status, authorization);
  }
  const none = await callUnary(client, `${PREDICTION}/Predict`, message);
  assert.deepEqual([none.status, none.text], ['UNAUTHENTICATED', 'Unauthorized, no Authorization header']);
});

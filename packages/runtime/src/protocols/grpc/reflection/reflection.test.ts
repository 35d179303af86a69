import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMessage } from '../../../protobuf/decode.ts';
import { encodeToBytes } from '../../../protobuf/encode.ts';
import type { FieldSchema, MessageInit, MessageOf, MessageSchema } from '../../../protobuf/schema.ts';
import { INFERENCE_FILE } from '../../oip/grpc/codec/service.ts';
import { SERVING_FILE } from '../../tfserving/grpc/codec/service.ts';
import { HEALTH_FILE } from '../health.ts';
import { type FieldFacts, VECTORS } from '../vector-fixtures.ts';
import { answerReflection, indexFiles, type ReflectionResponse } from './answer.ts';
import { FILE_DESCRIPTOR, MESSAGE_DESCRIPTOR } from './descriptor-messages.ts';
import { REFLECTION_FILES } from './files.ts';
import { REFLECTION } from './messages.ts';

const FILES = [SERVING_FILE, INFERENCE_FILE, HEALTH_FILE, ...REFLECTION_FILES];
const ALL_FILES = [...new Set(FILES.flatMap((file) => [file, ...file.dependencies]))];
const INDEX = indexFiles(FILES);

/** The Open Inference Protocol has it, and Triton, whose messages the vectors are made with, has not. */
const NOT_IN_VECTORS = ['inference.ModelMetadataResponse.properties'];

test('every field has the number, type, label and oneof that the stock messages have', () => {
  const messages = ALL_FILES.flatMap((file) => file.messages);
  assert.equal(new Set(messages.map(({ name }) => name)).size, messages.length);
  for (const message of messages) {
    const stock = VECTORS.messages[message.name.replace('reflection.v1.', 'reflection.v1alpha.')];
    assert.ok(stock, message.name);
    for (const [name, facts] of describe(message)) {
      const path = `${message.name}.${name}`;
      if (!NOT_IN_VECTORS.includes(path)) assert.deepEqual(facts, withVersion(stock[name], message), path);
    }
  }
});

function describe({ fields }: MessageSchema): readonly (readonly [string, FieldFacts])[] {
  return Object.entries(fields).map(([name, { number, type, label, oneof }]: [string, FieldSchema]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    [
      number,
      typeof type === 'string' ? type : type.name,
      label === 'optional' ? 'one' : label,
      oneof ?? null,
    ],
  ]);
}

function withVersion(facts: FieldFacts | undefined, { name }: MessageSchema): FieldFacts | undefined {
  if (facts === undefined || !name.includes('reflection.v1.')) return facts;
  const [number, type, label, oneof] = facts;
  return [number, type.replace('.v1alpha.', '.v1.'), label, oneof];
}

test('every method takes and gives what the stock methods do', () => {
  for (const { name, methods } of FILES.flatMap(({ services }) => services)) {
    for (const { name: method, request, response, clientStreaming, serverStreaming } of methods) {
      const path = `${name}.${method}`;
      const stock = VECTORS.methods[path.replace('reflection.v1.', 'reflection.v1alpha.')];
      const ours = [request.name, response.name, clientStreaming ?? false, serverStreaming ?? false];
      const expected = stock?.map((fact) =>
        typeof fact === 'string' && name.includes('.v1.') ? fact.replace('.v1alpha.', '.v1.') : fact,
      );
      assert.deepEqual(ours, expected, path);
    }
  }
});

test('no message is named that is not described', () => {
  const described = new Set(ALL_FILES.flatMap(({ messages, enums }) => [...messages, ...enums]));
  for (const { fields } of ALL_FILES.flatMap((file) => file.messages)) {
    for (const { type } of Object.values(fields)) {
      if (typeof type === 'object') assert.ok(described.has(type), type.name);
    }
  }
});

test('the services are listed, and found with all their files', () => {
  assert.deepEqual(ask({ listServices: '' }).listServicesResponse?.service, [
    { name: 'tensorflow.serving.PredictionService' },
    { name: 'tensorflow.serving.ModelService' },
    { name: 'inference.GRPCInferenceService' },
    { name: 'grpc.health.v1.Health' },
    { name: 'grpc.reflection.v1.ServerReflection' },
    { name: 'grpc.reflection.v1alpha.ServerReflection' },
  ]);
  const symbols = [
    'tensorflow.serving.PredictionService',
    'tensorflow.serving.PredictionService.Predict',
    'tensorflow.serving.PredictRequest',
  ];
  for (const symbol of symbols) {
    const files = filesOf(ask({ fileContainingSymbol: symbol }));
    assert.equal(files[0]?.name, 'tensorflow_serving/apis/prediction_service.proto');
    assert.deepEqual(
      files
        .slice(1)
        .map(({ name }) => name)
        .sort(),
      [...(files[0]?.dependency ?? [])].sort(),
    );
  }
  const [file] = filesOf(ask({ fileByFilename: 'grpc_service.proto' }));
  const message = file?.messageType
    .map((bytes) => decodeMessage(MESSAGE_DESCRIPTOR, bytes) as MessageOf<typeof MESSAGE_DESCRIPTOR>)
    .find(({ name }) => name === 'ModelInferRequest');
  assert.deepEqual(
    message?.nestedType.map(
      (bytes) => (decodeMessage(MESSAGE_DESCRIPTOR, bytes) as MessageOf<typeof MESSAGE_DESCRIPTOR>).name,
    ),
    ['InferInputTensor', 'InferRequestedOutputTensor', 'ParametersEntry'],
  );
});

test('what is not there is told, with the request', () => {
  const rows: [MessageInit<(typeof REFLECTION)['v1']['Request']>, number, string][] = [
    [{ fileByFilename: 'x.proto' }, 5, 'File not found: x.proto'],
    [{ fileContainingSymbol: 'a.B' }, 5, 'Symbol not found: a.B'],
    [
      { fileContainingExtension: { containingType: 'a.B', extensionNumber: 3 } },
      5,
      'Extension not found: a.B',
    ],
    [{ allExtensionNumbersOfType: 'a.B' }, 5, 'Type not found: a.B'],
    [{}, 3, 'The request asks for nothing.'],
  ];
  for (const [request, errorCode, errorMessage] of rows) {
    const answer = ask({ host: 'h', ...request });
    assert.deepEqual(answer.errorResponse, { errorCode, errorMessage });
    assert.equal(answer.validHost, 'h');
  }
  const known = ask({ allExtensionNumbersOfType: 'grpc.health.v1.HealthCheckRequest' });
  assert.equal(known.allExtensionNumbersResponse?.baseTypeName, 'grpc.health.v1.HealthCheckRequest');
});

function ask(request: MessageInit<(typeof REFLECTION)['v1']['Request']>): ReflectionResponse {
  const { Request, Response } = REFLECTION.v1;
  const read = decodeMessage(Request, encodeToBytes(Request, request));
  assert.ok(!(read instanceof Error));
  const answer = decodeMessage(Response, encodeToBytes(Response, answerReflection(INDEX, read)));
  assert.ok(!(answer instanceof Error));
  assert.deepEqual(answer.originalRequest, read);
  return answer;
}

function filesOf(response: ReflectionResponse): readonly MessageOf<typeof FILE_DESCRIPTOR>[] {
  const files = response.fileDescriptorResponse?.fileDescriptorProto ?? [];
  return files.map((bytes) => {
    const file = decodeMessage(FILE_DESCRIPTOR, bytes);
    assert.ok(!(file instanceof Error));
    return file;
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { addModel } from '@slipway/testkit';
import { decodeMessage } from '../../protobuf/decode.ts';
import { encodeToBytes } from '../../protobuf/encode.ts';
import { startReplica } from '../../replica-fixtures.ts';
import { callStream, callUnary, openClient } from './client-fixtures.ts';
import { HEALTH_CHECK_REQUEST, HEALTH_CHECK_RESPONSE } from './health.ts';
import { REFLECTION } from './reflection/messages.ts';

const HEALTH = '/grpc.health.v1.Health';

function statusIn(answer: Uint8Array): string {
  const read = decodeMessage(HEALTH_CHECK_RESPONSE, answer);
  assert.ok(!(read instanceof SlipwayError));
  return read.status;
}

test('health is told of the replica and of each of its services', async (t) => {
  const { port } = await startReplica(t, { model: addModel() });
  const client = openClient(t, port);
  for (const service of ['', 'inference.GRPCInferenceService', 'tensorflow.serving.PredictionService']) {
    const asked = encodeToBytes(HEALTH_CHECK_REQUEST, { service });
    const { message } = await callUnary(client, `${HEALTH}/Check`, asked);
    assert.equal(statusIn(message ?? Buffer.of()), 'SERVING', service);
  }
  const unknown = encodeToBytes(HEALTH_CHECK_REQUEST, { service: 'x' });
  assert.equal((await callUnary(client, `${HEALTH}/Check`, unknown)).status, 'NOT_FOUND');
  const watched = await callStream(client, `${HEALTH}/Watch`, [unknown], { timeoutMs: 100 });
  assert.deepEqual(
    [watched.answers.map(statusIn), watched.status],
    [['SERVICE_UNKNOWN'], 'DEADLINE_EXCEEDED'],
  );
});

test('whoever watches is told that the replica stops, and does not keep it from that', async (t) => {
  const replica = await startReplica(t, { model: addModel() });
  const client = openClient(t, replica.port);
  const call = client.makeBidiStreamRequest(
    `${HEALTH}/Watch`,
    (bytes: Buffer) => bytes,
    (bytes: Buffer) => bytes,
  );
  const told: string[] = [];
  const serving = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<string>();
  call.on('data', (answer: Buffer) => {
    told.push(statusIn(answer));
    serving.resolve();
  });
  call.on('error', () => {});
  call.on('status', ({ details }) => ended.resolve(details));
  call.write(encodeToBytes(HEALTH_CHECK_REQUEST, {}));
  await serving.promise;
  assert.deepEqual(await replica.process.stop(), { code: 0, signal: null });
  assert.equal(await ended.promise, 'The replica is about to stop; open the stream again.');
  assert.deepEqual(told, ['SERVING', 'NOT_SERVING']);
});

for (const version of ['v1', 'v1alpha'] as const) {
  test(`reflection ${version} lists the services, and the files that describe them`, async (t) => {
    const { port } = await startReplica(t, { model: addModel() });
    const client = openClient(t, port);
    const { Request, Response } = REFLECTION[version];
    const asked = [{ listServices: '' }, { fileContainingSymbol: 'inference.GRPCInferenceService' }];
    const { answers, status } = await callStream(
      client,
      `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
      asked.map((one) => encodeToBytes(Request, one)),
    );
    assert.equal(status, 'OK');
    const [list, file] = answers.map((answer) => decodeMessage(Response, answer));
    assert.ok(list !== undefined && !(list instanceof SlipwayError));
    assert.deepEqual(list.listServicesResponse?.service.map(({ name }) => name).toSorted(), [
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
      'inference.GRPCInferenceService',
      'tensorflow.serving.ModelService',
      'tensorflow.serving.PredictionService',
    ]);
    assert.ok(file !== undefined && !(file instanceof SlipwayError));
    assert.equal(file.fileDescriptorResponse?.fileDescriptorProto.length, 1);
  });
}

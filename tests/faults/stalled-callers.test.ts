import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { createGrpcPredictionClient } from '@slipway/sdk/grpc';
import { identityModel, onTestEnd, type TestScope } from '@slipway/testkit';
import { doorsOf } from '../conformance/suite/doors.ts';
import { startScorers } from '../harness/scorers.ts';
import { type ServedModels, serveModels } from '../harness/served-models.ts';
import { stalledCalls } from './stalled-http2.ts';

/** Callers that stall in all. */
const STALLED = 1_000;

/** Requests over HTTP/1.1, and calls of gRPC, that must be answered meanwhile in each phase. */
const SCORED = 200;
const CALLED = 20;

const BODY = '{"inputs":{"input":[1,2,3]}}';

/** What they say who stall, by the phases of a request. */
const STALLS: Readonly<Record<string, (path: string, key: string) => readonly (string | Buffer)[]>> = {
  'HTTP/1.1': (path, key) => {
    const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n`;
    return ['', head.slice(0, 60), head + BODY.slice(0, 9), head + BODY];
  },
  'HTTP/2': (_path, key) => stalledCalls('/inference.GRPCInferenceService/ServerMetadata', key),
};

for (const name of ['replica', 'gateway'] as const) {
  for (const [protocol, stallsOf] of Object.entries(STALLS)) {
    test(`a thousand callers of ${protocol} that stall in every phase keep nobody waiting at the ${name}`, async (t) => {
      const served = await serveModels(t, {
        service: 'echo',
        models: [{ name: 'echo', version: 1, onnx: identityModel('FP32', ['batch']) }],
      });
      const path = `${doorsOf(served).find((door) => door.name === name)?.prefix}/score`;
      const port = served[name].port;
      const askAll = () => askOverNewConnections(t, served, port, path);
      await askAll();

      const stalls = stallsOf(path, served.key);
      for (const said of stalls) {
        const count = STALLED / stalls.length;
        await Promise.all(Array.from({ length: count }, () => stall(t, port, said)));
        await askAll();
      }
    });
  }
}

/** Callers of both protocols, each on a connection of its own, who call without a pause; none may be refused. */
async function askOverNewConnections(scope: TestScope, { key }: ServedModels, port: number, path: string) {
  const origin = `http://127.0.0.1:${port}`;
  const scorers = startScorers(scope, { uri: origin + path, key, body: BODY, clients: 4 });
  const client = createGrpcPredictionClient({
    url: origin,
    credential: key,
    model: 'echo',
    retry: { attempts: 1 },
  });
  onTestEnd(scope, () => client.close());
  await scorers.advance(SCORED);
  for (let called = 0; called < CALLED; called += 1) {
    const { outputs } = await client.scoreArrays({ input: { data: Float32Array.of(1, 2, 3), shape: [3] } });
    assert.deepEqual(outputs['output']?.data, Float32Array.of(1, 2, 3));
  }
  await scorers.stop();
  assert.deepEqual(scorers.failures, []);
  client.close();
}

/** Opens a connection, says so much, and reads nothing. */
async function stall(scope: TestScope, port: number, said: string | Buffer): Promise<void> {
  const socket = connect(port, '127.0.0.1').pause();
  onTestEnd(scope, () => void socket.destroy());
  // One that was cut off for its slowness has lost nothing.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(said);
}

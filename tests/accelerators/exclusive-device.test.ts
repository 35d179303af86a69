// One FPGA, one model at a time: who takes over waits until the one before has drained, and callers are told meanwhile.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  ComputeTarget,
  createPredictionClient,
  Model,
  type NodeTensorClient,
  SlipwayError,
  type Webservice,
  type Workspace,
} from '@slipway/sdk';
import { clientFromService } from '@slipway/sdk/accel';
import { createGrpcPredictionClient } from '@slipway/sdk/grpc';
import { loopModel, onTestEnd, slowStartModel, temporaryFolder, waitFor } from '@slipway/testkit';
import { startInstallation } from '../harness/installation.ts';
import { writeBytes } from '../harness/models.ts';

/** A run of some seconds, which warm-up makes three times: it stands for a device that is being programmed. */
const SLOW_STEPS = 200_000;

/** Calls that still run when their service is to make room: steps, and what the slow one has `SLOW_STEPS` for each of. */
const LONG_RUN = 400_000n;
const LONG_UNITS = 2;

const TIMEOUT_SEC = 180;
const WAIT = { timeoutMs: TIMEOUT_SEC * 1_000 };

const DEVICE = { devices: { fpga: 1 }, cpuCores: 0.1, memoryGb: 0.1, drainGraceSeconds: TIMEOUT_SEC };

/** Both doors of a service for clients that try once. */
async function doorsOf(
  t: TestContext,
  service: Webservice,
): Promise<Readonly<Record<string, NodeTensorClient>>> {
  const retry = { attempts: 1 };
  const clients = {
    REST: service.client({ retry }),
    gRPC: await service.grpcClient({ protocol: 'tfserving', retry }),
  };
  onTestEnd(t, async () => {
    for (const client of Object.values(clients)) client.close();
  });
  return clients;
}

/** The same at its only replica, where an edge box is asked. */
async function replicaDoorsOf(
  t: TestContext,
  service: Webservice,
): Promise<Readonly<Record<string, NodeTensorClient>>> {
  const address = await waitFor(async () => (await service.replicas())[0]?.address, {
    what: `the address of a replica of ${service.name}`,
    ...WAIT,
  });
  const { primaryKey: credential } = await service.getKeys();
  const options = { url: `http://${address}`, credential, retry: { attempts: 1 } };
  const clients = {
    'REST at the replica': createPredictionClient(options),
    'gRPC at the replica': createGrpcPredictionClient({ ...options, protocol: 'tfserving' }),
  };
  onTestEnd(t, async () => {
    for (const client of Object.values(clients)) client.close();
  });
  return clients;
}

/** What a model answers at once. */
const score = (client: NodeTensorClient) =>
  client.scoreArrays({ x: { data: Float32Array.of(-1), shape: [1] } });

/** The code of an answer: `ok`, or that of the error. */
async function codeOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return 'ok';
  } catch (thrown) {
    if (thrown instanceof SlipwayError) return thrown.code;
    throw thrown;
  }
}

/** Calls both doors, again and again, until both answer; every answer until then, by door. */
async function askUntilReady(
  doors: Readonly<Record<string, NodeTensorClient>>,
): Promise<Record<string, string[]>> {
  const answers = await Promise.all(
    Object.entries(doors).map(async ([door, client]) => {
      const codes: string[] = [];
      await waitFor(
        async () => {
          codes.push(await codeOf(score(client)));
          return codes.at(-1) === 'ok';
        },
        { what: `an answer by ${door}`, ...WAIT },
      );
      return [door, codes] as const;
    }),
  );
  return Object.fromEntries(answers);
}

function assertUnavailableUntilReady(answers: Readonly<Record<string, readonly string[]>>): void {
  for (const [door, codes] of Object.entries(answers)) {
    assert.ok(codes.length > 1, `${door} was never told to wait`);
    assert.deepEqual(new Set(codes.slice(0, -1)), new Set(['unavailable']), door);
  }
}

const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** The process of a service's only replica, other than this one. */
async function pidOf(service: Webservice, other?: number): Promise<number> {
  return await waitFor(
    async () => (await service.replicas()).find(({ pid }) => pid !== null && pid !== other)?.pid ?? undefined,
    { what: `a replica of ${service.name}`, ...WAIT },
  );
}

/** What its only replica says at its own port. */
async function metricsOf(service: Webservice): Promise<string> {
  const [replica] = await service.replicas();
  return await (await fetch(`http://${replica?.address}/metrics`)).text();
}

/** A call that runs when this resolves; it has to be answered well. */
async function startCall(
  t: TestContext,
  service: Webservice,
  inputs: Parameters<NodeTensorClient['scoreArrays']>[0],
): Promise<{ isAnswered(): boolean }> {
  const client = await service.grpcClient({ protocol: 'tfserving', retry: { attempts: 1 } });
  let isAnswered = false;
  const answer = client.scoreArrays(inputs).then(() => {
    isAnswered = true;
  });
  onTestEnd(t, async () => {
    await answer;
    client.close();
  });
  await waitFor(async () => (await metricsOf(service)).includes('\nslipway_in_flight 1\n'), {
    what: 'a call that runs',
    ...WAIT,
  });
  return { isAnswered: () => isAnswered };
}

async function register(
  workspace: Workspace,
  folder: string,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const path = await writeBytes(folder, `${name}.onnx`, bytes);
  await Model.register({ workspace, modelPath: path, modelName: name });
}

test('a device that runs one model at a time', async (t) => {
  const installation = await startInstallation(t);
  const workspace = await installation.workspace();
  const target = await ComputeTarget.get({ workspace, name: 'local' });
  await target.update({ devices: { fpga: 1 } });
  const folder = await temporaryFolder(t);
  await register(workspace, folder, 'loop', loopModel());
  await register(workspace, folder, 'slow', slowStartModel(SLOW_STEPS));
  const deploy = (name: string, model: string) =>
    Model.deploy({ workspace, name, models: [model], deploymentConfig: DEVICE, replace: true });

  const first = await deploy('first', 'loop');
  await first.waitForDeployment({ timeoutSec: TIMEOUT_SEC });
  const firstPid = await pidOf(first);
  let second = first;

  await t.test('the new model takes over when the old one has answered what it has', async () => {
    const long = await startCall(t, first, { count: { data: BigInt64Array.of(LONG_RUN), shape: [1] } });
    second = await deploy('second', 'slow');
    await pidOf(second);
    assert.equal(runs(firstPid), false, 'two had the device at once');
    assert.equal(long.isAnswered(), true, 'the old one was not drained');
  });

  await t.test(
    'calls get UNAVAILABLE, or 503, while the device is prepared, and none of them hangs',
    async () => {
      // It began before the device was ready, and its caller never learns of the wait.
      const printed: string[] = [];
      const edge = clientFromService(second, {
        retryPausesMs: Array(10_000).fill(50),
        print: (text) => void printed.push(text),
      });
      onTestEnd(t, async () => edge.close());
      const waiting = edge.scoreNumpyArrays({ x: { data: Float32Array.of(-1), shape: [1] } });
      const doors = { ...(await doorsOf(t, second)), ...(await replicaDoorsOf(t, second)) };
      assertUnavailableUntilReady(await askUntilReady(doors));
      assert.deepEqual(((await waiting) as { data: unknown }).data, Float32Array.of(0));
      assert.match(printed[0] ?? '', /^Retrying .*UNAVAILABLE/);
      await second.waitForDeployment({ timeoutSec: TIMEOUT_SEC });
      const { scoringUri } = second;
      const { primaryKey } = await first.getKeys();
      const old = await fetch(scoringUri.replace('second', 'first'), {
        method: 'POST',
        headers: { authorization: `Bearer ${primaryKey}`, 'content-type': 'application/json' },
        body: '{"data": [0]}',
      });
      assert.deepEqual([old.status, await old.text()], [503, 'No ready replicas for service first']);
    },
  );

  await t.test('an update of its only replica drains it first, and says so', async () => {
    const before = await pidOf(second);
    await register(workspace, folder, 'slow', slowStartModel(SLOW_STEPS + 1));
    const long = await startCall(t, second, { x: { data: Float32Array.of(LONG_UNITS), shape: [1] } });
    await second.update({ models: ['slow:2'] });
    const after = await pidOf(second, before);
    assert.equal(runs(before), false, 'two had the device at once');
    assert.equal(long.isAnswered(), true, 'the old one was not drained');
    assertUnavailableUntilReady(await askUntilReady(await doorsOf(t, second)));
    await second.waitForDeployment({ timeoutSec: TIMEOUT_SEC });
    assert.equal(await pidOf(second), after);
    const events = await second.events();
    assert.ok(events.some(({ message }) => message.includes('does not answer until then')));
  });

  await t.test('an update that fails gives the device back to what was there', async () => {
    await register(workspace, folder, 'broken', new TextEncoder().encode('no model'));
    await second.update({ models: ['broken'] });
    await assert.rejects(second.waitForDeployment({ timeoutSec: TIMEOUT_SEC }), { code: 'invalid_model' });
    await askUntilReady(await doorsOf(t, second));
  });

  await t.test('two models for one device are refused', async () => {
    const models = ['loop', 'slow'];
    await assert.rejects(
      Model.deploy({ workspace, name: 'both', models, deploymentConfig: DEVICE, replace: true }),
      {
        code: 'invalid_argument',
        message: /models has 2 models \(loop:1, slow:2\), but a replica of this service has 1 fpga/,
      },
    );
  });
});

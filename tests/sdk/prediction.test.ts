import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { NodeTensorClient, Prediction, Webservice } from '@slipway/sdk';
import { deploy } from '../harness/deployed.ts';
import { startInstallation } from '../harness/installation.ts';
import { writeModels } from '../harness/models.ts';

const DIGIT = Float32Array.from({ length: 784 }, (_, index) => (index % 7) / 7);

interface Way {
  readonly name: string;
  readonly connect: (service: Webservice) => NodeTensorClient | Promise<NodeTensorClient>;
}

const WAYS: readonly Way[] = [
  { name: '/score', connect: (service) => service.client() },
  { name: 'TensorFlow Serving REST', connect: (service) => service.client({ protocol: 'tfserving' }) },
  { name: 'Open Inference REST', connect: (service) => service.client({ protocol: 'oip' }) },
  {
    name: 'Open Inference REST in JSON alone',
    connect: (service) => service.client({ protocol: 'oip', binary: false }),
  },
  { name: 'Open Inference gRPC', connect: (service) => service.grpcClient({ protocol: 'oip' }) },
  { name: 'TensorFlow Serving gRPC', connect: (service) => service.grpcClient({ protocol: 'tfserving' }) },
];

suite('a deployed service through the prediction client', () => {
  test('every protocol', async (t) => {
    const installation = await startInstallation(t);
    const { digits } = await writeModels(t);
    const { service } = await deploy(installation, {
      name: 'digits',
      model: digits,
      config: { cpuCores: 0.5 },
    });
    const expected = await scoreOnce(service.client());
    for (const { name, connect } of WAYS) {
      await t.test(name, async () => {
        const client = await connect(service);
        try {
          assert.deepEqual(await client.describe().then(({ inputs }) => inputs[0]?.datatype), 'FP32');
          const { outputs } = await client.scoreArrays({ image: { data: DIGIT, shape: [1, 784] } });
          assert.deepEqual(outputs, expected);
          await assert.rejects(client.scoreArrays({ image: [[1, 2, 3]] }), { code: 'invalid_argument' });
          await assert.rejects(client.scoreArrays({ nobody: Float32Array.of(1) }), {
            code: 'invalid_argument',
          });
        } finally {
          client.close();
        }
      });
    }
    await service.delete();
  });
});

async function scoreOnce(client: NodeTensorClient): Promise<Prediction['outputs']> {
  const { outputs } = await client.scoreArrays({ image: { data: DIGIT, shape: [1, 784] } });
  client.close();
  return outputs;
}

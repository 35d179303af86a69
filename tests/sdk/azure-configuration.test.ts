import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { AksWebservice, ComputeTarget, LocalWebservice, Model } from '@slipway/sdk';
import { onTestEnd, type TestScope, waitFor } from '@slipway/testkit';
import { startInstallation } from '../harness/installation.ts';
import { writeModels } from '../harness/models.ts';

const DIGIT = { data: [Array.from({ length: 784 }, () => 0)] };

/** A receiver of spans that counts what is sent to it. */
async function openCollector(scope: TestScope) {
  let exports = 0;
  const server = createServer((request, response) => {
    if (request.url === '/v1/traces') exports += 1;
    request
      .resume()
      .on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestEnd(scope, () => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exports: () => exports,
  };
}

test("a service from Azure's configuration, traced to the server's collector", async (t) => {
  const collector = await openCollector(t);
  const installation = await startInstallation(t);
  await installation.killServer();
  await installation.startServer({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const workspace = await installation.workspace();
  const { digits } = await writeModels(t);
  const deploymentConfig = AksWebservice.deployConfiguration({
    autoscaleEnabled: false,
    numReplicas: 1,
    cpuCores: 0.1,
    cpuCoresLimit: 1,
    memoryGb: 0.2,
    memoryGbLimit: 2,
    enableAppInsights: true,
    initialDelaySeconds: 30,
    successThreshold: 2,
    namespace: 'team',
    primaryKey: 'a-key-of-my-own-choice',
    tags: { origin: 'azure' },
  });
  const service = await Model.deploy({ workspace, name: 'digits', models: [digits], deploymentConfig });
  await service.waitForDeployment({ timeoutSec: 60 });

  await t.test('says what it was given, and answers', async () => {
    const { cpuCoresLimit, initialDelaySeconds, successThreshold, namespace, tracing } =
      service.deploymentConfig;
    assert.deepEqual([cpuCoresLimit, initialDelaySeconds, successThreshold, namespace], [1, 30, 2, 'team']);
    assert.deepEqual(tracing, { endpoint: collector.url, sampleRatio: 1 });
    assert.deepEqual(service.tags, { origin: 'azure' });
    assert.equal((await service.getKeys()).primaryKey, 'a-key-of-my-own-choice');
    await service.run(DIGIT);
    await waitFor(() => collector.exports() > 0, { what: 'spans' });
  });

  await t.test('an update by names leaves the rest, and turns tracing off', async () => {
    await service.update({ maxRequestWaitTime: 900, enableAppInsights: false });
    await service.waitForDeployment({ timeoutSec: 60 });
    const { maxRequestWaitTimeMs, tracing, cpuCoresLimit } = service.deploymentConfig;
    assert.deepEqual([maxRequestWaitTimeMs, tracing, cpuCoresLimit], [900, null, 1]);
  });

  await t.test('the port of a local service is the port of all', async () => {
    const { servicesUrl } = await ComputeTarget.get({ workspace, name: 'local' });
    const at = (port: number) => ({
      workspace,
      name: 'local-digits',
      models: ['digits:1'],
      deploymentConfig: LocalWebservice.deployConfiguration({ port }),
    });
    await assert.rejects(Model.deploy(at(1)), { code: 'invalid_argument', message: /port is 1, but/ });
    const local = await Model.deploy(at(Number(new URL(servicesUrl).port)));
    await local.waitForDeployment({ timeoutSec: 60 });
    assert.equal(local.authEnabled, false);
    await local.run(DIGIT);
  });
});

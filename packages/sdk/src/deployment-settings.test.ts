import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AksWebservice, LocalWebservice } from './azure/webservices.ts';
import { type Routes, readJsonBody } from './fixtures/control-plane.ts';
import { modelResource, operationResource, serviceResource } from './fixtures/resources.ts';
import { connectFake } from './fixtures/workspace.ts';
import { Model } from './model.ts';
import { Webservice } from './webservice.ts';
import type { UpdateServiceOptions } from './webservice-options.ts';

const SERVICES = '/workspaces/default/services';
const SERVICE = `${SERVICES}/digits`;

/** A workspace, and the bodies of what is asked of its services. */
async function listening(t: Parameters<typeof connectFake>[0]) {
  const bodies: unknown[] = [];
  const change: Routes[string] = async ({ request }) => {
    bodies.push(await readJsonBody(request));
    return operationResource({ id: 'op9' });
  };
  const { workspace } = await connectFake(t, {
    'GET /workspaces/default/models/*': () => modelResource({ id: 'digits:1' }),
    'GET /workspaces/default/computes/local': () => ({ servicesUrl: 'http://127.0.0.1:7080' }),
    [`GET ${SERVICE}`]: () => serviceResource(),
    [`POST ${SERVICES}`]: change,
    [`PATCH ${SERVICE}`]: change,
  });
  return { workspace, bodies };
}

test("Azure's configuration is parted into what a service is and how it runs", async (t) => {
  const { workspace, bodies } = await listening(t);
  const deploymentConfig = AksWebservice.deployConfiguration({
    numReplicas: 3,
    cpuCores: 2,
    tags: { team: 'a' },
    properties: { origin: 'azure' },
    primaryKey: 'a-key-of-my-own-choice',
    description: 'from Azure',
    computeTargetName: 'local',
  });
  const order = { workspace, name: 'digits', models: ['digits'], deploymentConfig };
  await Model.deploy({ ...order, tags: { team: 'b' } });
  assert.deepEqual(bodies, [
    {
      name: 'digits',
      models: ['digits:1'],
      config: { numReplicas: 3, cpuCores: 2 },
      tags: { team: 'b' },
      properties: { origin: 'azure' },
      primaryKey: 'a-key-of-my-own-choice',
      description: 'from Azure',
      computeTarget: 'local',
    },
  ]);
});

test('a local port is the one that services have, or nothing is deployed', async (t) => {
  const { workspace, bodies } = await listening(t);
  const at = (port: number) => ({
    workspace,
    name: 'digits',
    models: ['digits'],
    deploymentConfig: LocalWebservice.deployConfiguration({ port }),
  });
  await assert.rejects(Model.deploy(at(32_267)), {
    code: 'invalid_argument',
    message:
      /^Invalid configuration, port is 32267, but services answer at http:\/\/127\.0\.0\.1:7080: .*--gateway-port 32267/,
  });
  assert.deepEqual(bodies, []);
  await Model.deploy(at(7080));
  assert.deepEqual(bodies, [{ name: 'digits', models: ['digits:1'], config: { authEnabled: false } }]);
});

/** What an update is given, and what is sent. */
const UPDATES: readonly [UpdateServiceOptions, unknown][] = [
  [{ numReplicas: 2 }, { config: { numReplicas: 2 } }],
  [
    { cpuCores: 2, maxRequestWaitTime: 900, enableAppInsights: false },
    { config: { cpuCores: 2, maxRequestWaitTimeMs: 900, enableAppInsights: false } },
  ],
  [
    { tags: { a: '1' }, properties: { p: '2' }, description: null },
    { tags: { a: '1' }, addProperties: { p: '2' }, description: null },
  ],
  [
    { numReplicas: 2, deploymentConfig: { numReplicas: 3, lane: 'inline', tags: { a: '1' } } },
    { config: { numReplicas: 2, lane: 'inline' }, tags: { a: '1' } },
  ],
];
for (const [options, body] of UPDATES) {
  test(`update ${JSON.stringify(options)} sends ${JSON.stringify(body)}`, async (t) => {
    const { workspace, bodies } = await listening(t);
    await (await Webservice.get({ workspace, name: 'digits' })).update(options);
    assert.deepEqual(bodies, [body]);
  });
}

/** What an update refuses before it sends anything. */
const REFUSED: readonly [UpdateServiceOptions, RegExp][] = [
  [{}, /^No parameters provided to update\.$/],
  [{ cpuCores: undefined, deploymentConfig: {} }, /^No parameters provided to update\.$/],
  [
    { cpuCores: 0, gpuCores: 0.5 },
    /^Invalid configuration, cpu_cores must be.*\.\nInvalid configuration, gpu_cores must be a whole number/,
  ],
  [{ primaryKey: 'a-key' } as never, /primary_key cannot be changed by an update: regenerate the key/],
  [{ deploymentConfig: { secondaryKey: 'a-key', port: 7080 } }, /cannot change secondaryKey, port/],
];
for (const [options, message] of REFUSED) {
  test(`update ${JSON.stringify(options)} is refused`, async (t) => {
    const { workspace, bodies } = await listening(t);
    const service = await Webservice.get({ workspace, name: 'digits' });
    await assert.rejects(service.update(options), { code: 'invalid_argument', message });
    assert.deepEqual(bodies, []);
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  assertNothingLeft,
  killProcessesMentioning,
  onTestEnd,
  type TestScope,
  temporaryFolder,
  waitFor,
} from '@slipway/testkit';
import { writeJsonFile } from '@slipway/transport';
import pino from 'pino';
import { openHome } from '../home/open-home.ts';
import { createGatewaySupervisor, type GatewayOptions } from './gateway-supervisor.ts';

async function gatewayOptions(t: TestScope): Promise<GatewayOptions> {
  const home = await openHome(await temporaryFolder(t));
  onTestEnd(t, () => killProcessesMentioning(home.root));
  await writeJsonFile(home.gatewayRoutes, { kind: 'GatewayRoutes', generation: 1, services: [] });
  return {
    home,
    gatewayMain: fileURLToPath(new URL('../fixtures/fake-gateway.js', import.meta.url)),
    listen: { host: '127.0.0.1', port: 0 },
    tls: null,
    publicHost: undefined,
    log: pino({ level: 'silent' }),
  };
}

test('the gateway is started again at its port when it dies, and ended with its supervisor', async (t) => {
  const options = await gatewayOptions(t);
  const gateway = createGatewaySupervisor(options);
  await gateway.start();
  const url = gateway.url();
  const first = await gateway.ask('status');
  assert.ok(first);
  process.kill(first.pid, 'SIGKILL');
  await waitFor(
    async () => {
      const state = await gateway.ask('status');
      return state !== undefined && state.pid !== first.pid && (await fetch(url)).status === 404;
    },
    { what: 'another gateway at the same port' },
  );
  assert.equal(gateway.url(), url);
  await gateway.end('stop');
  assert.equal(await gateway.ask('status'), undefined);
  await assertNothingLeft(options.home.root);
});

test('a gateway that runs is adopted, unless it should listen elsewhere', async (t) => {
  const options = await gatewayOptions(t);
  const before = createGatewaySupervisor(options);
  await before.start();
  const first = await before.ask('status');
  await before.end('keep');

  const adopting = createGatewaySupervisor(options);
  await adopting.start();
  assert.equal((await adopting.ask('status'))?.pid, first?.pid);
  await adopting.end('keep');

  const elsewhere = createGatewaySupervisor({ ...options, listen: { host: '127.0.0.2', port: 0 } });
  await elsewhere.start();
  const second = await elsewhere.ask('status');
  assert.notEqual(second?.pid, first?.pid);
  await elsewhere.end('stop');
  await assertNothingLeft(options.home.root);
});

test('a gateway that ends at once is an error that names its log', async (t) => {
  const options = await gatewayOptions(t);
  const gateway = createGatewaySupervisor({ ...options, gatewayMain: '/no/such/main.js' });
  await assert.rejects(gateway.start(), /The gateway does not start: .*gateway\.log/);
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type GatewayRoutes, type GatewayState, SlipwayError } from '@slipway/contract';
import { temporaryFolder } from '@slipway/testkit';
import { readJsonOfKind } from '../home/json-of-kind.ts';
import { type GatewayControl, openFileRouter } from './file-router.ts';

const route = (name: string, port: number) => ({
  name,
  models: ['model'],
  scoringTimeoutMs: 1,
  maxBodyBytes: 1,
  replicas: [{ replicaId: `${name}-1`, host: '127.0.0.1', port }],
});

const answering = (asked: string[], inFlight = {}): GatewayControl => ({
  ask: async (request) => {
    asked.push(request);
    return { inFlight } as GatewayState;
  },
});

test('routes are published once, and go on from an earlier router', async (t) => {
  const file = join(await temporaryFolder(t), 'routes.json');
  const asked: string[] = [];
  const router = await openFileRouter(file, answering(asked));
  await router.publish(route('a', 1));
  await router.publish(route('a', 1));
  await Promise.all([router.publish(route('b', 2)), router.publish(route('c', 3))]);
  await router.withdraw('b');
  await router.withdraw('b');
  const table = await readJsonOfKind<GatewayRoutes>(file, 'GatewayRoutes');
  assert.deepEqual(
    table?.services.map(({ name }) => name),
    ['a', 'c'],
  );
  assert.equal(table?.generation, asked.length);

  const later = await openFileRouter(file, answering([], { 'a-1': 2 }));
  assert.deepEqual(later.route('a'), route('a', 1));
  await later.publish(route('a', 4));
  assert.equal((await readJsonOfKind<GatewayRoutes>(file, 'GatewayRoutes'))?.generation, asked.length + 1);
  assert.deepEqual((await later.traffic())?.inFlight, { 'a-1': 2 });
});

test('a gateway that did not answer is told again', async (t) => {
  const file = join(await temporaryFolder(t), 'routes.json');
  let silent = false;
  const asked: string[] = [];
  const router = await openFileRouter(file, {
    ask: async (request) => {
      asked.push(request);
      if (silent) throw new SlipwayError('unavailable', 'No answer.');
      return undefined;
    },
  });
  silent = true;
  await assert.rejects(router.publish(route('a', 1)), { code: 'unavailable' });
  assert.equal(await router.traffic(), null);
  silent = false;
  asked.length = 0;
  await router.publish(route('a', 1));
  await router.publish(route('a', 1));
  assert.deepEqual(asked, ['reload']);
  assert.deepEqual((await router.traffic())?.inFlight, {});
});

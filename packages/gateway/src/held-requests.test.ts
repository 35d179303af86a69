import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestEnd, waitFor } from '@slipway/testkit';
import { digits, startGateway, startReplica } from './started-gateway.test.helper.ts';

const SCALING = { concurrency: 1, maxHeld: 3, holdTimeoutMs: 60_000 };

test('requests wait for the first replica of a service, as many as may, and are answered by it', async (t) => {
  const gateway = await startGateway(t);
  const replica = await startReplica(t, 'one', (request, response) => request.pipe(response));
  await gateway.route(digits([], { scaling: SCALING }));
  const held = async () => (await gateway.status()).loads?.['digits']?.held;
  const score = (body: string) =>
    fetch(`${gateway.url}/api/v1/service/digits/score`, { method: 'POST', body });
  const waiting = ['a', 'b', 'c'.repeat(5_000_000)].map(score);
  await waitFor(async () => (await held()) === 3, { what: 'three that wait' });
  assert.match(await gateway.metrics(), /slipway_gateway_held_requests\{service="digits"\} 3/);

  const refused = await score('one too many');
  assert.equal(refused.status, 503);
  assert.equal(await refused.text(), 'No ready replicas for service digits');

  await gateway.route(digits([replica], { scaling: SCALING }));
  const answers = await Promise.all(waiting.map(async (one) => (await one).text()));
  assert.deepEqual(
    answers.map(({ length }) => length),
    [1, 1, 5_000_000],
  );
  assert.equal(await held(), 0);
});

test('who leaves waits no longer, and nobody waits longer than the time, nor for a service that is fixed', async (t) => {
  const gateway = await startGateway(t);
  await gateway.route(digits([], { scaling: { ...SCALING, holdTimeoutMs: 60_000 } }));
  const held = async () => (await gateway.status()).loads?.['digits']?.held;
  for (const body of ['short', 'x'.repeat(100_000)]) {
    const socket = connect(gateway.port, '127.0.0.1');
    onTestEnd(t, async () => void socket.destroy());
    socket.write(
      `POST /api/v1/service/digits/score HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await waitFor(async () => (await held()) === 1, { what: 'one that waits' });
    socket.destroy();
    await waitFor(async () => (await held()) === 0, { what: 'nobody to wait' });
  }
  const score = () =>
    fetch(`${gateway.url}/api/v1/service/digits/score`, {
      method: 'POST',
      body: 'x',
      signal: AbortSignal.timeout(10_000),
    });
  const waiting = score();
  await waitFor(async () => (await held()) === 1, { what: 'one that waits' });
  await gateway.route(digits([]));
  assert.equal((await waiting).status, 503);

  await gateway.route(digits([], { scaling: SCALING }));
  const orphaned = score();
  await waitFor(async () => (await held()) === 1, { what: 'one that waits' });
  await gateway.route();
  assert.equal((await orphaned).status, 503, 'its service was deleted');

  await gateway.route(digits([], { scaling: { ...SCALING, holdTimeoutMs: 50 } }));
  assert.equal((await score()).status, 503);
  await gateway.route(digits([]));
  assert.equal((await score()).status, 503);
});

test('the load of a service is measured while it is scaled', async (t) => {
  const gateway = await startGateway(t);
  const answer: (() => void)[] = [];
  const replica = await startReplica(t, 'one', (_, response) => void answer.push(() => response.end('ok')));
  await gateway.route(digits([replica], { scaling: { ...SCALING, maxHeld: 0 } }));
  const load = async () => (await gateway.status()).loads?.['digits'] ?? assert.fail();
  assert.deepEqual([(await load()).runningMs, (await load()).waitingMs], [0, 0]);
  const scores = [1, 2].map(() => fetch(`${gateway.url}/api/v1/service/digits/score`));
  await waitFor(() => answer.length === 2, { what: 'both at the replica' });
  const before = await load();
  await sleep(200);
  const after = await load();
  const passed = after.atMs - before.atMs;
  assert.equal(Math.round(after.runningMs - before.runningMs - passed), 0, 'one of them ran all the time');
  assert.equal(Math.round(after.waitingMs - before.waitingMs - passed), 0, 'the other waited');
  for (const one of answer) one();
  await Promise.all(scores);
  const end = await load();
  await sleep(50);
  assert.equal((await load()).runningMs, end.runningMs);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort, onTestEnd, type TestScope } from '@slipway/testkit';
import { type Routes, readBody, sendJson, startControlPlane } from '../fixtures/control-plane.ts';
import { createPredictionClient } from './prediction-client.ts';
import type { ClientOptions, Credential } from './types.ts';

const X = { name: 'x', datatype: 'FP32', shape: [1, 2], data: Float32Array.of(1, 2) } as const;
const QUICK = { firstPauseMs: 1 } as const;

const SWAGGER = {
  components: {
    schemas: {
      ServiceInput: {
        properties: { inputs: { properties: { x: { type: 'array', items: { type: 'number' } } } } },
      },
      ServiceOutput: {
        properties: { outputs: { properties: { y: { type: 'array', items: { type: 'number' } } } } },
      },
    },
  },
};

async function connect(scope: TestScope, score: Routes[string], options: Partial<ClientOptions> = {}) {
  const server = await startControlPlane(scope, { 'GET /swagger.json': () => SWAGGER, 'POST /score': score });
  const client = createPredictionClient({ url: `${server.url}/score`, retry: QUICK, ...options });
  onTestEnd(scope, () => client.close());
  return { client, server };
}

const ANSWER = { outputs: { y: [0.5, 1.5] } };

test('tensors go and come, and what the service takes is asked once', async (t) => {
  const bodies: string[] = [];
  const { client, server } = await connect(t, async ({ request }) => {
    bodies.push((await readBody(request)).toString());
    return ANSWER;
  });
  const expected = { y: { name: 'y', datatype: 'FP32', shape: [2], data: Float32Array.of(0.5, 1.5) } };
  assert.deepEqual((await client.scoreTensors([X])).outputs, expected);
  assert.deepEqual((await client.scoreArrays({ x: [[1, 2]] }, { outputs: ['y'] })).outputs, expected);
  assert.deepEqual(bodies, ['{"inputs":{"x":[[1,2]]}}', '{"inputs":{"x":[[1,2]]},"outputs":["y"]}']);
  assert.equal(server.calls.filter((call) => call.startsWith('GET')).length, 1);
});

test('a bare value is a tensor without an axis', async (t) => {
  const { client } = await connect(t, async ({ request }) => {
    assert.equal((await readBody(request)).toString(), '{"inputs":{"x":5}}');
    return ANSWER;
  });
  await client.scoreArrays({ x: 5 });
  await client.scoreArrays({ x: { data: 5, datatype: 'FP32' } });
});

test('/score is not asked for a model, a version or a signature, which it would not look at', async (t) => {
  const { client, server } = await connect(t, () => ANSWER);
  for (const choice of [{ model: 'm' }, { version: 1 }, { signature: 's' }]) {
    for (const call of [
      () => client.score({}, choice),
      () => client.scoreTensors([X], choice),
      () => client.scoreArrays({ x: [[1, 2]] }, choice),
      () => client.scoreImages(new Uint8Array(), choice),
    ]) {
      await assert.rejects(call, { code: 'invalid_argument', message: /^\/score is answered by/ });
    }
  }
  assert.deepEqual(server.calls, []);
});

const NOT_RUN = { 'x-slipway-not-run': 'true' };
const REPEATED: readonly [string, number, Record<string, string>, number, string][] = [
  ['503 that was not run', 503, NOT_RUN, 4, 'unavailable'],
  ['503 with Retry-After alone', 503, { 'retry-after': '0' }, 1, 'unavailable'],
  ['503 that did not run, with Retry-After', 503, { ...NOT_RUN, 'retry-after': '0' }, 4, 'unavailable'],
  ['503 that may have run', 503, {}, 1, 'unavailable'],
  ['400', 400, NOT_RUN, 1, 'invalid_argument'],
  ['404', 404, {}, 1, 'not_found'],
  ['500', 500, { 'retry-after': '0' }, 1, 'internal'],
  ['501', 501, {}, 1, 'unsupported'],
  ['504', 504, {}, 1, 'deadline_exceeded'],
  ['302', 302, { location: '/elsewhere' }, 1, 'unsupported'],
];
for (const [what, status, headers, attempts, code] of REPEATED) {
  test(`${what} is tried ${attempts} times`, async (t) => {
    const { client, server } = await connect(t, ({ response }) => {
      response.writeHead(status, headers).end('{"message": "no"}');
    });
    await assert.rejects(client.scoreTensors([X]), { code, name: 'SlipwayError' });
    assert.equal(server.calls.length, attempts);
  });
}

test('a service that recovers is answered from, within the pauses', async (t) => {
  const { client } = await connect(t, ({ response, attempt }) =>
    attempt === 3 ? ANSWER : void response.writeHead(503, NOT_RUN).end(),
  );
  assert.ok((await client.scoreTensors([X])).outputs['y'] !== undefined);
});

test('a pause that is longer than the time left is not waited for', async (t) => {
  const { client } = await connect(t, ({ response }) => {
    response
      .writeHead(503, { ...NOT_RUN, 'retry-after': '600' })
      .end('Too many requests for service x (overloaded)');
  });
  await assert.rejects(client.scoreTensors([X], { timeoutMs: 5_000 }), { code: 'overloaded' });
});

test('nothing listens: it is tried again, and told by its address', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const client = createPredictionClient({ url, retry: QUICK });
  await assert.rejects(client.scoreTensors([X]), { code: 'unavailable', message: /ECONNREFUSED/ });
});

test('a connection that breaks while the service may be running it is not repeated', async (t) => {
  const { client, server } = await connect(t, ({ request }) => void request.socket.destroy());
  await assert.rejects(client.scoreTensors([X]), { code: 'unavailable' });
  assert.equal(server.calls.length, 1);
});

async function connectWithKeys(t: TestScope, credential: Credential, valid: string) {
  return await connect(
    t,
    ({ request, response }) =>
      request.headers.authorization === `Bearer ${valid}`
        ? ANSWER
        : sendJson(response, 401, { message: 'Unauthorized, invalid key' }),
    { credential },
  );
}

test('a refused token is renewed once, by one caller for all', async (t) => {
  let given = 0;
  const { client } = await connectWithKeys(t, () => `token ${++given}`, 'token 2');
  await Promise.all([client.scoreTensors([X]), client.scoreTensors([X]), client.scoreTensors([X])]);
  assert.equal(given, 2);
});

test('a token that is refused again, and a key that cannot be renewed, are unauthenticated', async (t) => {
  let given = 0;
  const renewing = await connectWithKeys(t, () => `token ${++given}`, 'none');
  await assert.rejects(renewing.client.scoreTensors([X]), { code: 'unauthenticated' });
  assert.equal(given, 2);
  const fixed = await connectWithKeys(t, 'wrong', 'right');
  await assert.rejects(fixed.client.scoreTensors([X]), { code: 'unauthenticated' });
  assert.equal(fixed.server.calls.length, 1);
});

test('a call ends when its time is up, its caller gives up, or its client is closed', async (t) => {
  const { client } = await connect(t, () => {});
  await assert.rejects(client.scoreTensors([X], { timeoutMs: 30 }), { code: 'deadline_exceeded' });
  const signal = AbortSignal.timeout(30);
  await assert.rejects(client.scoreTensors([X], { signal }), { code: 'cancelled' });
  await assert.rejects(client.scoreTensors([X], { signal: AbortSignal.abort() }), { code: 'cancelled' });
  const running = client.scoreTensors([X]);
  client.close();
  await assert.rejects(running, { code: 'cancelled' });
});

test('an answer is read up to a limit, and a broken one is told', async (t) => {
  const { client } = await connect(t, ({ response }) => void response.end('x'.repeat(2_000)), {
    maxAnswerBytes: 1_000,
  });
  await assert.rejects(client.score({}), { code: 'unsupported', message: /maxAnswerBytes/ });
  for (const text of ['{', '[]', '{"outputs": {"z": 1}}', '{"outputs": {"y": [[1], 2]}}']) {
    const { client: other } = await connect(t, ({ response }) => void response.end(text));
    await assert.rejects(other.scoreTensors([X]), { code: 'internal', message: /cannot be read/ }, text);
  }
});

test('one image for a model of images goes as it is', async (t) => {
  const types: unknown[] = [];
  const { client } = await connect(t, async ({ request }) => {
    types.push(request.headers['content-type'], (await readBody(request)).toString('hex'));
    return ANSWER;
  });
  await client.scoreImages(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0));
  assert.deepEqual(types, ['image/jpeg', 'ffd8ffe0']);
});

for (const url of ['', 'localhost:7080', 'ftp://x', 'http://']) {
  test(`"${url}" is no URL of a service`, () => {
    assert.throws(() => createPredictionClient({ url }), { code: 'invalid_argument' });
  });
}

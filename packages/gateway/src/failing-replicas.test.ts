import assert from 'node:assert/strict';
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ReplicaRoute } from '@slipway/contract';
import { freePort, type StartedProcess, startProcess, waitFor } from '@slipway/testkit';
import { digits, startGateway, startReplica } from './started-gateway.test.helper.ts';

const REPLICA_CLOSED = 'Replica closed connection before replying';
const SCORE = '/api/v1/service/digits/score';

async function startReplicaProcess(
  t: TestContext,
  replicaId: string,
): Promise<{ route: ReplicaRoute; process: StartedProcess }> {
  const program = fileURLToPath(new URL('./replica-process.test.helper.js', import.meta.url));
  const started = await startProcess(t, process.execPath, [program, replicaId, '5']);
  const [, port] = await started.waitForOutput(/port (\d+)/);
  return { route: { replicaId, host: '127.0.0.1', port: Number(port) }, process: started };
}

/** Eight callers that score without a pause until `until` settles; what they were answered. */
async function callersUntil(url: string, until: Promise<unknown>): Promise<Map<string, number>> {
  const answers = new Map<string, number>();
  let over = false;
  const call = async (): Promise<void> => {
    while (!over) {
      const response = await fetch(url, { method: 'POST', body: '{"data": [1]}' });
      const answer = `${response.status} ${await response.text()}`;
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  };
  const callers = Array.from({ length: 8 }, call);
  await until.finally(() => {
    over = true;
  });
  await Promise.all(callers);
  return answers;
}

const MARK = { 'x-slipway-not-run': 'true' };

/** The mark of a request, as a replica would echo it. */
function markOf({ headers }: IncomingMessage): OutgoingHttpHeaders {
  return 'x-slipway-not-run' in headers ? MARK : {};
}

/** Refuses before it runs, as a replica does that is full or draining. */
function refuseWith(message: string): RequestListener {
  return (request, response) => {
    request.resume();
    response.writeHead(503, { 'content-type': 'text/plain', ...MARK });
    response.end(message);
  };
}

test('no caller notices that one of two replicas is killed', async (t) => {
  const gateway = await startGateway(t);
  const first = await startReplicaProcess(t, 'first');
  const second = await startReplicaProcess(t, 'second');
  await gateway.route(digits([first.route, second.route]));
  const countOf = async (pattern: RegExp) => Number(pattern.exec(await gateway.metrics())?.[1] ?? 0);
  const requests = /requests_total\{service="digits",status="200"\} (\d+)/;

  const answers = await callersUntil(
    gateway.url + SCORE,
    (async () => {
      await waitFor(async () => (await countOf(requests)) > 100, { what: 'both replicas to be busy' });
      await first.process.stop('SIGKILL');
      const before = await countOf(requests);
      await waitFor(async () => (await countOf(requests)) > before + 100, { what: 'the other to go on' });
    })(),
  );
  assert.deepEqual([...answers.keys()].sort(), ['200 first', '200 second']);
  // The kill finds requests under way, or leaves a port that refuses the next ones.
  assert.ok((await countOf(/retries_total\{service="digits",reason="(?:closed|unreachable)"\} (\d+)/)) > 0);
});

test('no caller notices that a replica is replaced by another', async (t) => {
  const gateway = await startGateway(t);
  const old = await startReplicaProcess(t, 'old');
  await gateway.route(digits([old.route]));

  const answers = await callersUntil(
    gateway.url + SCORE,
    (async () => {
      const next = await startReplicaProcess(t, 'next');
      await gateway.route(digits([next.route]));
      await waitFor(async () => !('old' in (await gateway.status()).inFlight), {
        what: 'the old one to be drained',
      });
      await old.process.stop('SIGKILL');
    })(),
  );
  assert.deepEqual([...answers.keys()].sort(), ['200 next', '200 old']);
});

test('goes past replicas that are not there or refuse, and shows the last refusal if all do', async (t) => {
  const gateway = await startGateway(t);
  const absent = { replicaId: 'absent', host: '127.0.0.1', port: await freePort() };
  const full = await startReplica(t, 'full', refuseWith('Too many requests for service digits (overloaded)'));
  const good = await startReplica(t, 'good', async (request, response) => {
    response.end(`good ${await text(request)}`);
  });
  await gateway.route(digits([absent, full, good]));
  for (let count = 0; count < 6; count += 1) {
    const response = await fetch(gateway.url + SCORE, { method: 'POST', body: 'again' });
    assert.equal(await response.text(), 'good again');
  }
  await gateway.route(digits([absent, full]));
  const refused = await fetch(gateway.url + SCORE, { method: 'POST', body: 'again' });
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('x-slipway-not-run'), 'true');
  assert.equal(await refused.text(), 'Too many requests for service digits (overloaded)');
  await gateway.route(digits([absent]));
  const alone = await fetch(gateway.url + SCORE, { method: 'POST', body: 'again' });
  assert.equal(alone.headers.get('x-slipway-not-run'), 'true');
  assert.equal(await alone.text(), 'No ready replicas for service digits');
});

/** The mark is the gateway's own, so it takes more than a replica's or a caller's word. */
const NOT_TOLD_AS_NOT_RUN: Readonly<Record<string, readonly RequestListener[]>> = {
  'was answered, whatever the replica says': [
    (_request, response) => void response.writeHead(200, MARK).end('answer'),
  ],
  'failed, whatever the replica says': [(_request, response) => void response.writeHead(500, MARK).end()],
  'may have run at the one replica before the other refused it': [
    (request) => void request.socket.destroy(),
    refuseWith('Too many requests for service digits (overloaded)'),
  ],
  'is marked by its caller': [(request, response) => void response.writeHead(503, markOf(request)).end()],
};

for (const [what, replicas] of Object.entries(NOT_TOLD_AS_NOT_RUN)) {
  test(`a request is not told as not run that ${what}`, async (t) => {
    const gateway = await startGateway(t);
    const routes = await Promise.all(replicas.map((answer, index) => startReplica(t, `r${index}`, answer)));
    await gateway.route(digits(routes));
    const answered = await fetch(gateway.url + SCORE, { method: 'POST', body: 'x', headers: MARK });
    assert.equal(answered.headers.get('x-slipway-not-run'), null, `${answered.status}`);
  });
}

test('a 503 that may have run is passed on', async (t) => {
  const gateway = await startGateway(t);
  let calls = 0;
  const answer: Parameters<typeof startReplica>[2] = (_request, response) => {
    calls += 1;
    response.writeHead(503).end('not now');
  };
  await gateway.route(digits([await startReplica(t, 'a', answer), await startReplica(t, 'b', answer)]));
  assert.equal(await (await fetch(gateway.url + SCORE)).text(), 'not now');
  assert.equal(calls, 1);
});

test('a replica that closes before it replies: another is asked, and a 502 if there is none', async (t) => {
  const gateway = await startGateway(t);
  let calls = 0;
  const closing = (request: IncomingMessage) => {
    calls += 1;
    request.socket.destroy();
  };
  await gateway.route(digits([await startReplica(t, 'a', closing), await startReplica(t, 'b', closing)]));
  const response = await fetch(gateway.url + SCORE, { method: 'POST', body: 'x' });
  assert.equal(response.status, 502);
  assert.ok(response.headers.get('x-ms-request-id'));
  assert.equal(await response.text(), REPLICA_CLOSED);
  assert.equal(calls, 2);
});

for (const { name, length } of [
  { name: 'a small one is a 502', length: 10 },
  { name: 'a large one is cut off, and counted as a 502', length: 1_000_000 },
]) {
  test(`a response that breaks off is not asked for again: ${name}`, async (t) => {
    const gateway = await startGateway(t);
    let calls = 0;
    const breaking: Parameters<typeof startReplica>[2] = (request, response) => {
      calls += 1;
      response.writeHead(200, { 'content-length': length });
      response.write('half', () => request.socket.destroy());
    };
    await gateway.route(digits([await startReplica(t, 'a', breaking), await startReplica(t, 'b', breaking)]));
    const response = await fetch(gateway.url + SCORE);
    if (length > 10) await assert.rejects(response.text());
    else assert.equal(`${response.status} ${await response.text()}`, `502 ${REPLICA_CLOSED}`);
    assert.equal(calls, 1);
    const counted = /requests_total\{service="digits",status="502"\} 1$/m;
    await waitFor(async () => counted.test(await (await fetch(`${gateway.url}/metrics`)).text()), {
      what: 'the answer to be counted',
    });
  });
}

test('a replica that is silent past the scoring timeout is a 504, and the request is taken back', async (t) => {
  const gateway = await startGateway(t);
  let calls = 0;
  const takenBack = Promise.withResolvers<void>();
  const silent = (request: IncomingMessage) => {
    calls += 1;
    request.socket.once('close', takenBack.resolve);
  };
  const replicas = [await startReplica(t, 'a', silent), await startReplica(t, 'b', silent)];
  await gateway.route(digits(replicas, { scoringTimeoutMs: 50 }));
  const response = await fetch(gateway.url + SCORE, { method: 'POST', body: 'x' });
  assert.equal(response.status, 504);
  assert.deepEqual(await response.json(), {
    message: 'The service did not answer within its scoring timeout.',
  });
  assert.equal(calls, 1);
  await takenBack.promise;
});

test('a caller that leaves takes its request with it', async (t) => {
  const gateway = await startGateway(t);
  const arrived = Promise.withResolvers<void>();
  const takenBack = Promise.withResolvers<void>();
  const replica = await startReplica(t, 'r1', (request) => {
    request.socket.once('close', takenBack.resolve);
    arrived.resolve();
  });
  await gateway.route(digits([replica]));
  const leaving = new AbortController();
  const response = fetch(gateway.url + SCORE, { signal: leaving.signal });
  await arrived.promise;
  leaving.abort();
  await assert.rejects(response);
  await takenBack.promise;
  await waitFor(async () => (await gateway.status()).inFlight['r1'] === 0, {
    what: 'nothing to be in flight',
  });
});

import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { identityModel, onTestEnd, type TestScope, waitFor } from '@slipway/testkit';
import { startScorers } from '../harness/scorers.ts';
import { type ServedModels, serveModels } from '../harness/served-models.ts';
import { memoryOf } from '../soak/process-use.ts';

/** Spans of a request that is answered, and how many of all may wait. */
const SPANS_OF_A_REQUEST = 4;
const MAX_WAITING_SPANS = 8_192;

/** Requests that fill what may wait, and many more. */
const FILLING = 4_000;
const MORE = 12_000;

/** Megabytes: left alone, V8 takes ten times more than it needs before it gives anything back. */
const SMALL_HEAP = ['--max-semi-space-size=2', '--max-old-space-size=96'];

/** Bytes that the memory of a replica may differ by; spans of the later requests would take more than twice as much. */
const GROWTH = 16_000_000;

/** Seconds that a replica has to end, and the milliseconds after which it must have: the receiver has five seconds. */
const GRACE = 1;
const END_TIMEOUT_MS = 4_500;

const BODY = '{"inputs":{"input":[1,2,3]}}';

test('a receiver of spans that never answers costs no request, little memory, and no time at the end', async (t) => {
  if (process.platform !== 'linux') return t.skip('what a process holds is read from /proc');
  const { endpoint } = await openReceiver(t);
  const served = await serveTraced(t, endpoint);
  const { pid, stdout, stderr } = served.replica.process;

  const failures = [...(await score(t, served, FILLING)), ...(await score(t, served, FILLING))];
  const full = memoryOf(pid);
  failures.push(...(await score(t, served, MORE)));
  const grown = memoryOf(pid) - full;
  assert.deepEqual(failures, []);
  assert.ok(grown < GROWTH, `the replica has grown by ${grown} bytes`);

  const made = (await answered(served)) * SPANS_OF_A_REQUEST;
  const { sent, dropped, failed } = await spansOf(served);
  assert.equal(sent, 0);
  assert.ok(dropped + failed >= made - MAX_WAITING_SPANS, `${dropped} and ${failed} of ${made} are lost`);

  const stopped = served.replica.process.stop('SIGTERM');
  const exit = await waitFor(() => stopped, {
    what: 'the replica to end before the receiver has had its time',
    timeoutMs: END_TIMEOUT_MS,
  });
  assert.deepEqual(exit, { code: 0, signal: null });

  const lines = `${stdout()}${stderr()}`.match(/^.*Spans could not be sent.*$/gm) ?? [];
  const told = lines.map((line) => JSON.parse(line) as { dropped: number; failed: number });
  assert.equal(
    told.reduce((sum, line) => sum + line.dropped + line.failed, 0),
    made,
  );
  assert.ok(lines.length < 20, `the log says ${lines.length} times that spans are lost`);
});

test('spans are sent again when a receiver that hung answers', async (t) => {
  const { endpoint, answer } = await openReceiver(t);
  const served = await serveTraced(t, endpoint);
  assert.deepEqual(await score(t, served, FILLING), []);
  const { dropped } = await spansOf(served);
  assert.ok(dropped > 0);
  answer();
  await waitFor(async () => (await spansOf(served)).sent > 0, {
    what: 'spans to be sent',
    timeoutMs: 30_000,
  });
  await waitFor(async () => await isAllTold(served), { what: 'nothing to wait', timeoutMs: 60_000 });
  const before = await spansOf(served);
  assert.deepEqual(await score(t, served, 1), []);
  await waitFor(async () => (await spansOf(served)).sent > before.sent, {
    what: 'the spans of a later request',
    timeoutMs: 30_000,
  });
  assert.equal((await spansOf(served)).dropped, before.dropped);
});

/** Takes connections, and answers nothing until it is told to. */
async function openReceiver(scope: TestScope) {
  const hanging = new Set<ServerResponse>();
  let answers = false;
  const server = createServer((request, response) => {
    if (!answers) return void hanging.add(response);
    request.resume();
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestEnd(scope, () => {
    server.close();
    server.closeAllConnections();
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: () => {
      answers = true;
      for (const response of hanging) response.req.resume().once('end', () => response.end('{}'));
    },
  };
}

function serveTraced(scope: TestScope, endpoint: string): Promise<ServedModels> {
  return serveModels(scope, {
    service: 'echo',
    models: [{ name: 'echo', version: 1, onnx: identityModel('FP32', ['batch']) }],
    limits: { drainGraceSeconds: GRACE },
    spec: { tracing: { endpoint, sampleRatio: 1 } },
    nodeOptions: SMALL_HEAP,
  });
}

/** Scores at least so often; what went wrong. */
async function score(scope: TestScope, { replica, key }: ServedModels, count: number) {
  const uri = `http://127.0.0.1:${replica.port}/score`;
  const scorers = startScorers(scope, { uri, key, body: BODY, clients: count === 1 ? 1 : 8 });
  await scorers.advance(count);
  await scorers.stop();
  return scorers.failures;
}

async function metricsOf({ replica }: ServedModels): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${replica.port}/metrics`)).text();
}

async function answered(served: ServedModels): Promise<number> {
  const count = /^slipway_model_requests_total\{.*\} (\d+)$/m.exec(await metricsOf(served))?.[1];
  return Number(count);
}

async function spansOf(served: ServedModels): Promise<{ sent: number; dropped: number; failed: number }> {
  const metrics = await metricsOf(served);
  const count = (result: string) =>
    Number(new RegExp(`^slipway_trace_spans_total\\{result="${result}"\\} (\\d+)$`, 'm').exec(metrics)?.[1]);
  return { sent: count('sent'), dropped: count('dropped'), failed: count('failed') };
}

/** True when of all spans that were made it is known what became of them. */
async function isAllTold(served: ServedModels): Promise<boolean> {
  const { sent, dropped, failed } = await spansOf(served);
  return sent + dropped + failed === (await answered(served)) * SPANS_OF_A_REQUEST;
}

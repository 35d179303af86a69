import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '@slipway/testkit';
import { callUnary, openClient } from '../protocols/grpc/client-fixtures.ts';
import { logLines, startScript } from './entry-fixtures.ts';

const ECHO = `
import os
def init():
    global model_dir
    model_dir = os.environ["AZUREML_MODEL_DIR"]
    print("loading from", model_dir)
def run(data):
    print("scoring", data)
    return {"data": data, "dir": model_dir}
`;

test('a script answers POST and GET, with the headers of Azure and its prints in the log', async (t) => {
  const models = [{ name: 'm', version: 4, digest: 'sha256:0', path: '/nowhere' }];
  const replica = await startScript(t, ECHO, { spec: { models }, entry: { modelsDir: '/models' } });
  const response = await replica.score('[1]', { 'x-ms-client-request-id': 'c' });
  assert.deepEqual(await response.json(), { data: '[1]', dir: '/models/m/4' });
  const { headers } = response;
  assert.equal(response.status, 200);
  assert.equal(headers.get('content-type'), 'application/json');
  assert.equal(headers.get('x-ms-request-id'), 'c');
  assert.equal(headers.get('x-ms-client-request-id'), 'c');
  assert.match(headers.get('x-ms-server-version') ?? '', /^slipway\//);
  assert.equal(headers.get('x-ms-run-function-failed'), 'False');
  assert.match(headers.get('x-ms-run-fn-exec-ms') ?? '', /^\d+\.\d{3}$/);

  const got = await fetch(`${replica.url}/score?a=1&b=x`);
  assert.deepEqual(JSON.parse(((await got.json()) as { data: string }).data), { a: 1, b: 'x' });
  const options = await fetch(`${replica.url}/score`, { method: 'OPTIONS' });
  assert.deepEqual([options.status, await options.text()], [200, '']);
  const removed = await fetch(`${replica.url}/score`, { method: 'DELETE' });
  assert.deepEqual([removed.status, await removed.json()], [405, { message: 'Method not allowed' }]);
  assert.equal(await (await fetch(`${replica.url}/`)).text(), 'Healthy');

  const printed = logLines(replica).filter(({ stream }) => stream === 'stdout');
  assert.deepEqual(
    printed.slice(0, 2).map(({ request, msg }) => ({ request, msg })),
    [
      { request: '00000000-0000-0000-0000-000000000000', msg: 'loading from /models/m/4' },
      { request: 'c', msg: 'scoring [1]' },
    ],
  );
});

test('its swagger documents are served', async (t) => {
  const replica = await startScript(t, ECHO);
  const document = async (query: string) => {
    const response = await fetch(`${replica.url}/swagger.json${query}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  assert.equal((await document('')).body['swagger'], '2.0');
  assert.equal((await document('?version=3')).body['openapi'], '3.0.3');
  const { status, body } = await document('?version=7');
  assert.equal(status, 404);
  assert.match(String(body['message']), /^Swagger version \[7\] is not valid. Supported versions: /);
});

test('protocols for models say that a script runs, and metrics count its requests', async (t) => {
  const replica = await startScript(t, ECHO);
  for (const path of ['/v1/models/digits', '/v2/models/digits/infer', '/v2']) {
    const response = await fetch(replica.url + path);
    assert.equal(response.status, 404, path);
    assert.match(await response.text(), /runs an entry script, which answers at \/score alone/, path);
  }
  const health = async (path: string) => (await fetch(`${replica.url}/v2/health/${path}`)).json();
  assert.deepEqual(await health('live'), { live: true });
  assert.deepEqual(await health('ready'), { ready: true, live: true });
  const client = openClient(t, replica.port);
  const calls = ['inference.GRPCInferenceService/ModelInfer', 'tensorflow.serving.PredictionService/Predict'];
  for (const method of calls) {
    const { status, text } = await callUnary(client, `/${method}`, new Uint8Array());
    assert.equal(status, 'UNIMPLEMENTED', method);
    assert.match(text, /runs an entry script/);
  }
  const checked = await callUnary(client, '/grpc.health.v1.Health/Check', new Uint8Array());
  assert.deepEqual([checked.status, ...(checked.message ?? [])], ['OK', 8, 1]);

  await replica.score('1');
  const metrics = await (await fetch(`${replica.url}/metrics`)).text();
  assert.match(metrics, /slipway_request_duration_seconds_count\{model="digits",version="1"\} 1/);
  assert.match(metrics, /slipway_run_duration_seconds_count\{model="digits",version="1"\} 1/);
  assert.deepEqual((await replica.state()).models, []);
});

test('metrics tell the memory of each process of a script', async (t) => {
  const replica = await startScript(t, 'def init():\n    pass\ndef run(data):\n    return 1\n', {
    entry: { workers: 2 },
  });
  const text = await (await fetch(`${replica.url}/metrics`)).text();
  const told = [...text.matchAll(/^slipway_script_worker_memory_bytes\{worker="(\d)"\} (\d+)$/gm)];
  if (process.platform !== 'linux') return;
  assert.deepEqual(
    told.map(([, worker]) => worker),
    ['0', '1'],
  );
  for (const [, , bytes] of told) assert.ok(Number(bytes) > 1e6 && Number(bytes) < 1e9, bytes);
});

test('a script that takes requests as they are gets them whole, and decides what goes out', async (t) => {
  const replica = await startScript(
    t,
    `
from azureml.contrib.services.aml_request import AMLRequest, rawhttp
from azureml.contrib.services.aml_response import AMLResponse
def init(): pass
@rawhttp
def run(request):
    headers = {"x-request-id": "mine", "x-two": "a, b", "x-slipway-not-run": "true"}
    return AMLResponse(request.method.encode() + request.get_data(False), 201, headers)
`,
  );
  const response = await replica.score(new Uint8Array([0, 255, 10]), { 'x-request-id': 'theirs' });
  assert.equal(response.status, 201);
  assert.deepEqual([...new Uint8Array(await response.arrayBuffer())], [...Buffer.from('POST'), 0, 255, 10]);
  assert.equal(response.headers.get('x-request-id'), 'theirs');
  assert.equal(response.headers.get('x-two'), 'a, b');
  assert.equal(response.headers.get('x-slipway-not-run'), null);
  const options = await fetch(`${replica.url}/score`, { method: 'OPTIONS' });
  assert.deepEqual([options.status, await options.text()], [201, 'OPTIONS']);
});

test('large bodies go through as they are, packed ones unpacked', async (t) => {
  const replica = await startScript(t, 'def init(): pass\ndef run(data): return len(data)', {
    limits: { maxBodyBytes: 50_000_000 },
  });
  const large = await replica.score(Buffer.alloc(30_000_000, 'x'));
  assert.equal(await large.text(), '30000000');
  const refused = await replica.score(Buffer.alloc(60_000_000, 'x'));
  assert.equal(refused.status, 413);
});

test('workers answer side by side, and what waits too long is refused with the pause to make', async (t) => {
  const replica = await startScript(
    t,
    'import time, os\ndef init(): pass\ndef run(data):\n  time.sleep(float(data))\n  return os.getpid()',
    { entry: { workers: 2 }, limits: { maxQueueWaitMs: 100, maxQueueLength: 1 } },
  );
  const slow = [replica.score('0.7'), replica.score('0.7')];
  await waitFor(
    async () => (await (await fetch(`${replica.url}/metrics`)).text()).includes('slipway_in_flight 2'),
    {
      what: 'both workers to be busy',
    },
  );
  const waiting = replica.score('0');
  const refused = await replica.score('0');
  for (const response of [await waiting, refused]) {
    assert.equal(response.status, 503);
    assert.equal(await response.text(), 'Too many requests for service digits (overloaded)');
    assert.match(response.headers.get('retry-after') ?? '', /^\d+$/);
  }
  const pids = await Promise.all(slow.map(async (one) => (await one).text()));
  assert.equal(new Set(pids).size, 2);
});

const VARIES = `
from azureml.contrib.services.aml_response import AMLResponse
def init(): pass
def run(data): return AMLResponse("Bonjour", 200, {"Vary": "accept-language, origin"})
`;

test('what a script says of caches stays beside what is said for pages', async (t) => {
  const replica = await startScript(t, VARIES, { spec: { corsOrigins: ['https://app.example'] } });
  const response = await replica.score('');
  assert.equal(response.headers.get('vary'), 'accept-language, origin');
});

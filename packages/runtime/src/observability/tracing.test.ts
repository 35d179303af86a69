import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { addModel, onTestEnd, type TestScope, temporaryFolder, waitFor } from '@slipway/testkit';
import { startTypeScript } from '../entry/entry-fixtures.ts';
import { encodeToBytes } from '../protobuf/encode.ts';
import { callUnary, openClient } from '../protocols/grpc/client-fixtures.ts';
import { MODEL_INFER_REQUEST } from '../protocols/oip/grpc/codec/infer-messages.ts';
import { startReplica } from '../replica-fixtures.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const SAMPLED = `00-${TRACE}-${CALLER}-01`;
const NOT_SAMPLED = `00-${'1'.repeat(32)}-${CALLER}-00`;

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status: { readonly code: number };
  readonly events?: readonly Pick<Span, 'name' | 'attributes'>[];
}

interface Exported {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

/** Takes what is sent by OTLP over HTTP, and keeps the spans. */
async function openReceiver(scope: TestScope, status = 200) {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    assert.equal(`${request.method} ${request.url}`, 'POST /v1/traces');
    const { resourceSpans } = (await json(request)) as Exported;
    spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scoped) => scoped.spans)));
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestEnd(scope, async () => {
    server.close();
    server.closeAllConnections();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, spans };
}

function attributesOf(span: Span): Readonly<Record<string, unknown>> {
  return Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** The only one of this name. */
function spanCalled(spans: readonly Span[], name: string): Span {
  const [span, ...others] = spans.filter((one) => one.name === name);
  assert.ok(span !== undefined && others.length === 0, `there are ${spans.map((one) => one.name)}`);
  return span;
}

function untilThereAre(spans: readonly Span[], count: number): Promise<unknown> {
  return waitFor(() => spans.length >= count, { what: `${count} spans`, timeoutMs: 20_000 });
}

const BODY = '{"inputs":{"a":[[1,2]],"b":[[3,4]]}}';

test('a request is a front with its queue, its batch and in that the engine, in the trace of its caller', async (t) => {
  const { endpoint, spans } = await openReceiver(t);
  const replica = await startReplica(t, {
    model: addModel(),
    spec: { tracing: { endpoint, sampleRatio: 0 } },
  });
  // Neither a ratio of 0 nor the caller's own decision lets these be traced.
  assert.equal((await replica.score(BODY)).status, 200);
  assert.equal((await replica.score(BODY, { traceparent: NOT_SAMPLED })).status, 200);
  assert.equal(
    (await replica.score(BODY, { traceparent: SAMPLED, 'x-ms-client-request-id': 'r1' })).status,
    200,
  );
  await untilThereAre(spans, 4);

  const front = spanCalled(spans, 'front');
  const queue = spanCalled(spans, 'queue');
  const batch = spanCalled(spans, 'batch');
  const engine = spanCalled(spans, 'engine');
  const parents = [front, queue, batch, engine].map(({ parentSpanId }) => parentSpanId);
  assert.deepEqual(parents, [CALLER, front.spanId, front.spanId, batch.spanId]);
  for (const span of spans) {
    assert.equal(span.traceId, TRACE);
    assert.deepEqual(attributesOf(span), {
      'slipway.request_id': 'r1',
      'slipway.protocol': 'azure',
      'slipway.model': 'digits',
      'slipway.version': 3,
      'slipway.status': 200,
      'slipway.batch_size': 1,
      ...(span === front && {
        'http.request.method': 'POST',
        'url.path': '/score',
        'slipway.client_request_id': 'r1',
      }),
    });
  }
  const [from, runFrom, until] = [
    front.startTimeUnixNano,
    batch.startTimeUnixNano,
    front.endTimeUnixNano,
  ].map(BigInt);
  assert.ok(from !== undefined && runFrom !== undefined && until !== undefined);
  assert.ok(from <= runFrom && runFrom <= until);
  assert.equal(queue.endTimeUnixNano, batch.startTimeUnixNano);
});

test('calls of gRPC are traced by their metadata', async (t) => {
  const { endpoint, spans } = await openReceiver(t);
  const replica = await startReplica(t, {
    model: addModel(),
    spec: { tracing: { endpoint, sampleRatio: 0 } },
  });
  const input = (name: string) => ({
    name,
    datatype: 'FP32',
    shape: [1, 2],
    contents: { fp32Contents: [1, 2] },
  });
  const outcome = await callUnary(
    openClient(t, replica.port),
    '/inference.GRPCInferenceService/ModelInfer',
    encodeToBytes(MODEL_INFER_REQUEST, { modelName: 'digits', inputs: [input('a'), input('b')] }),
    { metadata: { traceparent: SAMPLED } },
  );
  assert.equal(outcome.status, 'OK', outcome.text);
  await untilThereAre(spans, 4);
  const front = spanCalled(spans, 'front');
  assert.deepEqual([front.traceId, front.parentSpanId, front.status.code], [TRACE, CALLER, 0]);
  const { 'slipway.protocol': protocol, 'slipway.status': status, 'url.path': path } = attributesOf(front);
  assert.deepEqual([protocol, status, path], ['oip', 'OK', '/inference.GRPCInferenceService/ModelInfer']);
});

test('a request of a script is a front with its queue and its run', async (t) => {
  const { endpoint, spans } = await openReceiver(t);
  const replica = await startTypeScript(t, 'export const run = (input: unknown) => input;', {
    spec: { tracing: { endpoint, sampleRatio: 0 } },
  });
  assert.equal((await replica.score('[1]', { traceparent: SAMPLED })).status, 200);
  await untilThereAre(spans, 3);
  const [front, queue, run] = ['front', 'queue', 'run'].map((name) => spanCalled(spans, name));
  assert.ok(front !== undefined && queue !== undefined && run !== undefined);
  const parents = [front, queue, run].map(({ parentSpanId }) => parentSpanId);
  assert.deepEqual(parents, [CALLER, front.spanId, front.spanId]);
  assert.equal(queue.endTimeUnixNano, run.startTimeUnixNano);
  assert.deepEqual(front.events ?? [], []);
});

test('where data is collected, the front of a script holds what was asked and answered', async (t) => {
  const { endpoint, spans } = await openReceiver(t);
  const dir = join(await temporaryFolder(t), 'collected');
  const collection = { dir, format: null, sampleRatio: 1, maxBytes: 1e9, keepDays: 30 };
  const replica = await startTypeScript(t, 'export const run = (input: string) => input.repeat(2);', {
    spec: {
      tracing: { endpoint, sampleRatio: 1 },
      collection,
      models: [{ name: 'digits', version: 4, digest: 'sha256:0', path: '/nowhere' }],
    },
  });
  for (const input of ['a', 'b'.repeat(20_000)]) {
    assert.equal((await replica.score(JSON.stringify(input))).status, 200);
  }
  await untilThereAre(spans, 6);
  const events = spans.filter(({ name }) => name === 'front').flatMap((front) => front.events ?? []);
  assert.deepEqual(
    events.map(({ name, attributes }) => [
      name,
      attributes.map(({ key, value }) => [key, value['stringValue']]),
    ]),
    [
      [
        'model_data_collection',
        [
          ['Models', undefined],
          ['Input', '"a"'],
          ['Prediction', '"aa"'],
        ],
      ],
      [
        'model_data_collection',
        [
          ['Models', undefined],
          ['Input', `"${'b'.repeat(20_000)}"`],
        ],
      ],
    ],
  );
  assert.match(JSON.stringify(events[0]), /"digits:4"/);
});

test('what fails at the model is a front that says so, and begins a trace if nobody has', async (t) => {
  const { endpoint, spans } = await openReceiver(t);
  const replica = await startReplica(t, {
    model: addModel(),
    spec: { tracing: { endpoint, sampleRatio: 1 } },
  });
  const failed = await replica.score('{"inputs":{"a":[[1,2],[3,4]],"b":[[1,2],[3,4],[5,6]]}}');
  assert.notEqual(failed.status, 200);
  await untilThereAre(spans, 1);
  assert.deepEqual(
    spans.map(({ name, parentSpanId, status }) => [name, parentSpanId || undefined, status.code]),
    [['front', undefined, 2]],
  );
  const { 'slipway.status': status, 'error.type': code } = attributesOf(spanCalled(spans, 'front'));
  assert.deepEqual([status, typeof code], ['error', 'string']);
});

test('what ends before a model is a front as well, with its status; only what machines poll is not', async (t) => {
  const { endpoint, spans } = await openReceiver(t);
  const replica = await startReplica(t, {
    model: addModel(),
    spec: { tracing: { endpoint, sampleRatio: 1 } },
  });
  const ask = async (path: string, body?: string) => {
    const headers = { 'content-type': 'application/json' };
    const init = body === undefined ? {} : { method: 'POST', headers, body };
    const response = await fetch(`http://127.0.0.1:${replica.port}${path}`, init);
    await response.arrayBuffer();
    return response.status;
  };
  for (const polled of ['/', '/metrics']) assert.equal(await ask(polled), 200);
  const asked = [await ask('/score', 'no JSON'), await ask('/nothing'), await ask('/v2/health/live')];
  const called = await callUnary(openClient(t, replica.port), '/nobody.Service/Do', new Uint8Array());
  await untilThereAre(spans, 4);
  const told = spans.map((span) => attributesOf(span));
  assert.deepEqual(
    told.map((one) => [one['url.path'], one['slipway.status'], one['error.type'], one['slipway.model']]),
    [
      ['/score', asked[0], 'invalid_argument', undefined],
      ['/nothing', asked[1], 'not_found', undefined],
      ['/v2/health/live', asked[2], undefined, undefined],
      ['/nobody.Service/Do', called.status, 'unsupported', undefined],
    ],
  );
  assert.deepEqual([...asked, called.status], [400, 404, 200, 'UNIMPLEMENTED']);
  assert.deepEqual(
    spans.map(({ name, status }) => [name, status.code]),
    [
      ['front', 2],
      ['front', 2],
      ['front', 0],
      ['front', 2],
    ],
  );
});

test('a receiver that refuses costs no request, and stands in the log', async (t) => {
  const { endpoint } = await openReceiver(t, 400);
  const replica = await startReplica(t, {
    model: addModel(),
    spec: { tracing: { endpoint, sampleRatio: 1 } },
  });
  assert.equal((await replica.score(BODY)).status, 200);
  await replica.process.waitForOutput(/Spans could not be sent/, 20_000);
  assert.equal((await replica.score(BODY)).status, 200);
});

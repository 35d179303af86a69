import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { type ServerDuplexStream, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import { NOT_RUN_HEADER, type ReplicaRoute } from '@slipway/contract';
import { freePort, waitFor } from '@slipway/testkit';
import { digits, readState, startGateway } from '../started-gateway.test.helper.ts';
import {
  callOnce,
  INFER,
  metadataOf,
  openClient,
  openStream,
  PREDICT,
  requestFor,
  STREAM,
  startCallReplica,
} from './calls.test.helper.ts';

type Unary = (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => void;
type Duplex = (call: ServerDuplexStream<Buffer, Buffer>) => void;

/** Answers with its name, whatever is asked. */
const saying =
  (name: string): Unary =>
  (_call, answer) =>
    answer(null, Buffer.from(name));

async function startReplica(...replica: Parameters<typeof startCallReplica>): Promise<ReplicaRoute> {
  return (await startCallReplica(...replica)).route;
}

function named(t: TestContext, name: string): Promise<ReplicaRoute> {
  return startReplica(t, name, { [PREDICT]: saying(name), [INFER]: saying(name) });
}

test('a call goes to a replica and its answer back, with the metadata of both', async (t) => {
  const gateway = await startGateway(t);
  let seen: ServerUnaryCall<Buffer, Buffer> | undefined;
  const unary: Unary = (call, answer) => {
    seen = call;
    call.sendMetadata(metadataOf({ 'x-head': 'head' }));
    answer(null, call.request, metadataOf({ 'x-tail': 'tail' }));
  };
  await gateway.route(digits([await startReplica(t, 'r1', { [INFER]: unary })]));
  const message = requestFor(INFER, 'mnist', Buffer.alloc(3_000_000, 'tensor'));
  const ended = await callOnce(openClient(t, gateway.port), INFER, message, {
    metadata: { authorization: 'Bearer key', 'x-mine': 'mine', 'x-request-id': 'id' },
  });
  assert.equal(ended.error, null);
  assert.deepEqual(ended.answer, message);
  assert.deepEqual(ended.metadata?.get('x-head'), ['head']);
  assert.deepEqual(ended.metadata?.get('x-request-id'), ['id']);
  assert.deepEqual(ended.status.metadata.get('x-tail'), ['tail']);
  assert.deepEqual(seen?.metadata.get('authorization'), ['Bearer key']);
  assert.deepEqual(seen?.metadata.get('x-mine'), ['mine']);
  assert.deepEqual(seen?.metadata.get('x-request-id'), ['id']);
  assert.deepEqual(seen?.metadata.get('x-forwarded-for'), ['127.0.0.1']);
  assert.ok(Number(seen?.getDeadline()) < Date.now() + 20_000);
  assert.match(await gateway.metrics(), /slipway_gateway_grpc_calls_total\{service="digits",code="0"\} 1/);
  await waitFor(async () => (await gateway.status()).inFlight['r1'] === 0, { what: 'nothing in flight' });
});

test('calls find their service by route, by name, or as the only one', async (t) => {
  const gateway = await startGateway(t);
  const client = openClient(t, gateway.port);
  const [first, second] = [await named(t, 'first'), await named(t, 'second')];
  const route = (name: string) => ({ 'x-ms-aml-grpc-service-route': `/api/v1/service/${name}` });
  const said = async (path: string, model: string, metadata: Record<string, string> = {}) => {
    const { answer, status: ended } = await callOnce(client, path, requestFor(path, model), { metadata });
    return answer?.toString() ?? `${status[ended.code]} ${ended.details}`;
  };

  assert.equal(await said(PREDICT, 'mnist'), 'NOT_FOUND There is no service yet.');
  await gateway.route(digits([first]));
  for (const model of ['', 'mnist', 'frogs']) assert.equal(await said(PREDICT, model), 'first');
  assert.equal(await said(PREDICT, '', route('cats')), 'NOT_FOUND There is no service named "cats".');
  assert.equal(await said(PREDICT, '', route('')), 'first');

  const cats = { ...digits([second]), name: 'cats', models: ['resnet', 'shared'] };
  await gateway.route(digits([first], { models: ['mnist', 'shared'] }), cats);
  for (const path of [PREDICT, INFER]) {
    assert.equal(await said(path, 'mnist'), 'first');
    assert.equal(await said(path, 'resnet'), 'second');
    assert.equal(await said(path, 'cats'), 'second');
    assert.equal(await said(path, 'mnist', route('cats')), 'second');
    assert.equal(await said(path, 'resnet', route('')), 'second');
    assert.match(
      await said(path, 'shared'),
      /^INVALID_ARGUMENT "shared" is a model of several.*digits, cats/,
    );
    assert.match(await said(path, ''), /^INVALID_ARGUMENT There are several services here: digits, cats\./);
  }
  assert.equal(await said(PREDICT, 'frogs'), 'NOT_FOUND Servable not found for request: Latest(frogs)');
  const STATUS = '/tensorflow.serving.ModelService/GetModelStatus';
  const labelled = Buffer.of(0x0a, 10, 0x0a, 5, ...Buffer.from('frogs'), 0x22, 1, ...Buffer.from('L'));
  for (const [path, message, text] of [
    [STATUS, requestFor(PREDICT, 'frogs'), 'NOT_FOUND Could not find any versions of model frogs'],
    [PREDICT, labelled, 'INVALID_ARGUMENT Unrecognized servable version label: L'],
  ] as const) {
    const { status: ended } = await callOnce(client, path, message);
    assert.equal(`${status[ended.code]} ${ended.details}`, text);
  }
  assert.equal(await said(INFER, '100%'), "NOT_FOUND Request for unknown model: '100%' is not found");
  assert.match(await said('/inference.GRPCInferenceService/RepositoryIndex', ''), /^INVALID_ARGUMENT/);
  assert.equal(await said('/a.Service/Do', ''), 'UNIMPLEMENTED The method /a.Service/Do is not served here.');
  const reload = '/tensorflow.serving.ModelService/HandleReloadConfigRequest';
  assert.equal(await said(reload, ''), `UNIMPLEMENTED The method ${reload} is not served here.`);
});

test('the gateway speaks for several services together', async (t) => {
  const gateway = await startGateway(t);
  const client = openClient(t, gateway.port);
  const ask = async (path: string) => (await callOnce(client, path, Buffer.alloc(0))).answer?.toString('hex');
  const SERVER = '/inference.GRPCInferenceService/Server';
  await gateway.route(digits([]), { ...digits([]), name: 'cats' });
  assert.equal(await ask('/grpc.health.v1.Health/Check'), '0802');
  assert.equal(await ask(`${SERVER}Live`), '0801');
  assert.equal(await ask(`${SERVER}Ready`), '');
  await gateway.route(digits([await named(t, 'r1')]), { ...digits([]), name: 'cats' });
  assert.equal(await ask('/grpc.health.v1.Health/Check'), '0801');
  assert.equal(await ask(`${SERVER}Ready`), '0801');
  assert.match(
    Buffer.from((await ask(`${SERVER}Metadata`)) ?? '', 'hex').toString(),
    /^\n.slipway\W.\d+\.\d+/s,
  );
});

test('messages of both sides flow as they come, however many', async (t) => {
  const gateway = await startGateway(t);
  const echo: Duplex = (call) => {
    call.on('data', (message: Buffer) => call.write(message));
    call.on('end', () => call.end());
  };
  await gateway.route(digits([await startReplica(t, 'r1', { [STREAM]: echo })]));
  const stream = openStream(openClient(t, gateway.port));
  for (const text of ['one', 'two']) {
    stream.write(Buffer.from(text));
    assert.equal(String((await once(stream, 'data'))[0]), text);
  }
  const messages = Array.from({ length: 24 }, (_, index) => Buffer.alloc(1_000_000, index));
  const received: Buffer[] = [];
  stream.on('data', (message: Buffer) => received.push(message));
  for (const message of messages) stream.write(message);
  stream.end();
  const [ended] = await once(stream, 'status');
  assert.equal(ended.code, status.OK);
  assert.deepEqual(received, messages);
});

test('what a replica says no to comes back as it said it', async (t) => {
  const gateway = await startGateway(t);
  const unary: Unary = (_call, answer) =>
    answer({ code: status.INVALID_ARGUMENT, details: 'ungültig: 100%', metadata: metadataOf({ why: 'so' }) });
  await gateway.route(digits([await startReplica(t, 'r1', { [INFER]: unary })]));
  const { status: ended } = await callOnce(openClient(t, gateway.port), INFER, requestFor(INFER, 'm'));
  assert.deepEqual([ended.code, ended.details], [status.INVALID_ARGUMENT, 'ungültig: 100%']);
  assert.deepEqual(ended.metadata.get('why'), ['so']);
});

test('goes past replicas that are not there or refuse, and shows the last refusal if all do', async (t) => {
  const gateway = await startGateway(t);
  const client = openClient(t, gateway.port);
  const absent = { replicaId: 'absent', host: '127.0.0.1', port: await freePort() };
  const full = await startReplica(t, 'full', {
    [INFER]: (_call: unknown, answer: sendUnaryData<Buffer>) =>
      answer({
        code: status.UNAVAILABLE,
        details: 'The queue is full.',
        metadata: metadataOf({ [NOT_RUN_HEADER]: 'true' }),
      }),
  });
  await gateway.route(digits([absent, full, await named(t, 'good')]));
  const message = requestFor(INFER, 'mnist', Buffer.alloc(500_000));
  for (let count = 0; count < 6; count += 1) {
    assert.equal(String((await callOnce(client, INFER, message)).answer), 'good');
  }
  await gateway.route(digits([absent, full]));
  const refused = await callOnce(client, INFER, message);
  assert.equal(refused.status.details, 'The queue is full.');
  assert.deepEqual(refused.status.metadata.get(NOT_RUN_HEADER), ['true']);
  await gateway.route(digits([absent]));
  const alone = await callOnce(client, INFER, message);
  assert.deepEqual(
    [alone.status.code, alone.status.details],
    [status.UNAVAILABLE, 'No ready replicas for service digits'],
  );
  assert.deepEqual(alone.status.metadata.get(NOT_RUN_HEADER), ['true']);
});

test('a call that may have run is not told as not run, whatever its caller and the replica say', async (t) => {
  const gateway = await startGateway(t);
  const client = openClient(t, gateway.port);
  const mark = { [NOT_RUN_HEADER]: 'true' };
  const ran: Unary = (call, answer) => {
    call.sendMetadata(metadataOf(mark));
    const wasMarked = call.metadata.get(NOT_RUN_HEADER).length > 0;
    answer({ code: status.UNAVAILABLE, details: `marked: ${wasMarked}`, metadata: metadataOf(mark) });
  };
  await gateway.route(digits([await startReplica(t, 'r1', { [INFER]: ran })]));
  const ended = await callOnce(client, INFER, requestFor(INFER, 'm'), { metadata: mark });
  assert.deepEqual([ended.status.code, ended.status.details], [status.UNAVAILABLE, 'marked: false']);
  assert.deepEqual(ended.status.metadata.get(NOT_RUN_HEADER), []);
  assert.deepEqual(ended.metadata?.get(NOT_RUN_HEADER), []);
});

test('a deadline and a caller that leaves reach the replica', async (t) => {
  const gateway = await startGateway(t);
  const arrived = Promise.withResolvers<void>();
  let cancelled = 0;
  const silent = (call: ServerUnaryCall<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>) => {
    call.on('cancelled', () => {
      cancelled += 1;
    });
    arrived.resolve();
  };
  const replica = await startReplica(t, 'r1', { [INFER]: silent, [STREAM]: silent });
  await gateway.route(digits([replica]));
  const client = openClient(t, gateway.port);
  const stream = openStream(client);
  stream.write(Buffer.from('x'));
  stream.on('error', () => {});
  await arrived.promise;
  stream.cancel();
  await waitFor(() => cancelled === 1, { what: 'the stream to be cancelled' });
  const { status: ended } = await callOnce(client, INFER, requestFor(INFER, 'm'), { deadlineMs: 50 });
  assert.equal(ended.code, status.DEADLINE_EXCEEDED);
  await waitFor(() => cancelled === 2, { what: 'the call to be cancelled' });
  await waitFor(async () => (await gateway.status()).inFlight['r1'] === 0, { what: 'nothing in flight' });
});

test('a replica that is silent past the scoring timeout is told off, and its caller told', async (t) => {
  const gateway = await startGateway(t);
  const replica = await startReplica(t, 'r1', { [INFER]: () => {} });
  await gateway.route(digits([replica], { scoringTimeoutMs: 50 }));
  const { status: ended } = await callOnce(openClient(t, gateway.port), INFER, requestFor(INFER, 'm'));
  assert.deepEqual(
    [ended.code, ended.details],
    [status.DEADLINE_EXCEEDED, 'The service did not answer within its scoring timeout.'],
  );
});

test('a gateway and a replica that stop answer what they have', async (t) => {
  const gateway = await startGateway(t);
  const arrived = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const unary: Unary = (_call, answer) => {
    arrived.resolve();
    void held.promise.then(() => answer(null, Buffer.from('late')));
  };
  const { route, server } = await startCallReplica(t, 'r1', { [INFER]: unary });
  await gateway.route(digits([route]));
  const client = openClient(t, gateway.port);
  const waiting = callOnce(client, INFER, requestFor(INFER, 'm'));
  await arrived.promise;
  const replicaStopped = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  await gateway.route(digits([await named(t, 'next')]));
  assert.equal(String((await callOnce(client, INFER, requestFor(INFER, 'm'))).answer), 'next');
  const stopped = gateway.process.stop('SIGTERM');
  await waitFor(async () => (await readState(gateway.config)).phase === 'draining', { what: 'the drain' });
  held.resolve();
  assert.equal(String((await waiting).answer), 'late', (await waiting).status.details);
  assert.equal((await stopped).code, 0);
  await replicaStopped;
});

test('a call waits for the first replica of its service, and one that is cancelled waits no longer', async (t) => {
  const gateway = await startGateway(t);
  const client = openClient(t, gateway.port);
  const scaling = { concurrency: 1, maxHeld: 2, holdTimeoutMs: 60_000 };
  await gateway.route(digits([], { scaling }));
  const held = async (count: number) =>
    waitFor(async () => (await gateway.status()).loads?.['digits']?.held === count, {
      what: `${count} that wait`,
    });
  const message = requestFor(PREDICT, 'mnist');
  const left = await callOnce(client, PREDICT, message, { deadlineMs: 500 });
  assert.equal(left.error?.code, status.DEADLINE_EXCEEDED);
  await held(0);
  const waiting = [callOnce(client, PREDICT, message), callOnce(client, PREDICT, message)];
  await held(2);
  const refused = await callOnce(client, PREDICT, message);
  assert.equal(refused.error?.code, status.UNAVAILABLE);
  await gateway.route(digits([await named(t, 'first')], { scaling }));
  for (const { answer } of await Promise.all(waiting)) assert.equal(answer?.toString(), 'first');
  await held(0);
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { test } from 'node:test';
import { openRaw, waitFor } from '@slipway/testkit';
import { digits, startGateway, startReplica } from './started-gateway.test.helper.ts';

const SCORE = '/api/v1/service/digits/score';
const MEGABYTE = 1_000_000;
const LARGE = Buffer.alloc(20 * MEGABYTE, 'slipway!');

for (const { name, headers } of [
  { name: 'with Content-Length', headers: { 'content-length': LARGE.length } },
  { name: 'in chunks', headers: { 'transfer-encoding': 'chunked' } },
]) {
  test(`20 MB ${name} go there and back`, async (t) => {
    const gateway = await startGateway(t);
    const replica = await startReplica(t, 'r1', (request, response) => {
      response.setHeader('x-length', request.headers['content-length'] ?? 'none');
      request.pipe(response);
    });
    await gateway.route(digits([replica]));
    const request = httpRequest(gateway.url + SCORE, { method: 'POST', headers, agent: false });
    request.end(LARGE);
    const [response] = await once(request, 'response');
    const back = await buffer(response);
    assert.equal(sha256(back), sha256(LARGE));
    assert.equal(response.headers['x-length'], 'content-length' in headers ? String(LARGE.length) : 'none');
  });
}

const STOPPED: readonly [path: string, status: number, answer: object][] = [
  [SCORE, 413, { message: 'The body is larger, but the limit is 3000000 bytes.' }],
  [
    SCORE.replace('/score', '/v2/models/digits/infer'),
    400,
    {
      error:
        'request JSON size of more than 3000000 bytes exceeds the maximum allowed input size of 3000000 bytes. Raise the limit of the deployment on bodies to send more.',
    },
  ],
];
for (const [path, status, answer] of STOPPED) {
  test(`a body in chunks to ${path} is stopped at the limit`, async (t) => {
    const gateway = await startGateway(t);
    const replica = await startReplica(t, 'r1', (request) => void request.resume());
    await gateway.route(digits([replica], { maxBodyBytes: 3 * MEGABYTE }));
    const request = httpRequest(gateway.url + path, { method: 'POST', agent: false });
    request.on('error', () => undefined);
    Readable.from([LARGE.subarray(0, 2 * MEGABYTE), LARGE.subarray(0, 2 * MEGABYTE)]).pipe(request);
    const [response] = await once(request, 'response');
    assert.equal(response.statusCode, status);
    assert.deepEqual(JSON.parse(await text(response)), answer);
  });
}

test('a large body that a replica has begun to read goes to no other', async (t) => {
  const gateway = await startGateway(t);
  let calls = 0;
  const closing: Parameters<typeof startReplica>[2] = (request) => {
    calls += 1;
    request.once('data', () => request.socket.destroy());
  };
  await gateway.route(digits([await startReplica(t, 'a', closing), await startReplica(t, 'b', closing)]));
  const request = httpRequest(gateway.url + SCORE, {
    method: 'POST',
    agent: false,
    headers: { 'content-length': LARGE.length },
  });
  request.on('error', () => undefined);
  request.write(LARGE.subarray(0, 2 * MEGABYTE));
  const [response] = await once(request, 'response');
  assert.equal(response.statusCode, 502);
  assert.equal(await text(response), 'Replica closed connection before replying');
  assert.equal(calls, 1);
});

test('a caller that reads slowly holds the replica back', async (t) => {
  const gateway = await startGateway(t);
  let written = 0;
  const replica = await startReplica(t, 'r1', (_request, response) => {
    const source = Readable.from(
      (function* () {
        for (; written < 200 * MEGABYTE; written += MEGABYTE) yield LARGE.subarray(0, MEGABYTE);
      })(),
    );
    source.pipe(response);
  });
  await gateway.route(digits([replica]));
  const caller = await openRaw(t, gateway.port, '');
  caller.socket.pause();
  caller.socket.write(`GET ${SCORE} HTTP/1.1\r\nhost: x\r\n\r\n`);
  let before = -1;
  await waitFor(
    async () => {
      const stopped = written > 0 && written === before;
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return stopped;
    },
    { what: 'the replica to be held back' },
  );
  assert.ok(written < 100 * MEGABYTE, `${written} bytes were taken from the replica`);
});

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

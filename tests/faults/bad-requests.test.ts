import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { addModel, openRaw, type TestScope, temporaryFolder } from '@slipway/testkit';
import { type Deployed, deploy } from '../harness/deployed.ts';
import { startInstallation } from '../harness/installation.ts';
import { writeBytes } from '../harness/models.ts';
import { score } from '../harness/scorers.ts';

/** What a good caller sends, before and after each bad one. */
const GOOD = JSON.stringify({ inputs: { a: [[1, 2]], b: [[3, 4]] } });

const MEGABYTE = 1_000_000;

interface BadRequest {
  readonly name: string;
  readonly body: string | Buffer;
  readonly headers?: OutgoingHttpHeaders;
  readonly status: number;
  /** What the answer must name. */
  readonly says: RegExp;
}

const DEEP = 10_000;

const BAD_REQUESTS: readonly BadRequest[] = [
  { name: 'no JSON', body: 'a: 1', status: 400, says: /JSON/ },
  { name: 'cut-off JSON', body: '{"inputs": {"a": [[1, 2]', status: 400, says: /JSON|end/ },
  {
    name: 'wrong shape',
    body: inputs('[[1, 2, 3]]', '[[3, 4, 5]]'),
    status: 400,
    says: /"?a"?.*(2|dimension)/,
  },
  { name: 'wrong rank', body: inputs('[1, 2]', '[[3, 4]]'), status: 400, says: /\ba\b/ },
  { name: 'wrong datatype', body: inputs('[["x", "y"]]', '[[3, 4]]'), status: 400, says: /\ba\b/ },
  { name: 'ragged rows', body: inputs('[[1, 2], [3]]', '[[3, 4], [5, 6]]'), status: 400, says: /\ba\b/ },
  {
    name: 'batches of two sizes',
    body: inputs('[[1, 2]]', '[[3, 4], [5, 6]]'),
    status: 400,
    says: /batch|\bb\b/,
  },
  { name: 'a missing input', body: '{"inputs": {"a": [[1, 2]]}}', status: 400, says: /\bb\b/ },
  {
    name: 'an unknown input',
    body: '{"inputs": {"a": [[1, 2]], "b": [[3, 4]], "nobody": [[5, 6]]}}',
    status: 400,
    says: /nobody/,
  },
  { name: 'an unknown key', body: '{"input": [[1, 2]]}', status: 400, says: /input/ },
  { name: 'NaN as text', body: inputs('[["NaN", 2]]', '[[3, 4]]'), status: 400, says: /\ba\b/ },
  {
    name: '10,000 levels',
    body: inputs('['.repeat(DEEP) + ']'.repeat(DEEP), '[[3, 4]]'),
    status: 400,
    says: /deep|level|nest/i,
  },
  { name: '10,000 levels of objects', body: '{"a":'.repeat(DEEP), status: 400, says: /./ },
  {
    name: 'invalid UTF-8',
    body: Buffer.concat([
      Buffer.from('{"inputs": {"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('": [[1, 2]]}}'),
    ]),
    status: 400,
    says: /UTF-8/,
  },
  { name: 'a body of 200 MB', body: Buffer.alloc(200 * MEGABYTE, 32), status: 413, says: /100000000|100 MB/ },
  {
    name: 'a gzip bomb',
    body: gzipSync(Buffer.alloc(200 * MEGABYTE)),
    headers: { 'content-encoding': 'gzip' },
    status: 413,
    says: /100000000|100 MB/,
  },
  {
    name: 'gzip that is none',
    body: randomBytes(200),
    headers: { 'content-encoding': 'gzip' },
    status: 400,
    says: /gzip/,
  },
  { name: 'no key', body: GOOD, headers: { authorization: '' }, status: 401, says: /Authorization|key/ },
  {
    name: 'a bad key',
    body: GOOD,
    headers: { authorization: 'Bearer nonsense' },
    status: 401,
    says: /invalid key/,
  },
  { name: 'a text body', body: GOOD, headers: { 'content-type': 'text/csv' }, status: 415, says: /json/i },
  {
    name: 'a request id of 101 characters',
    body: GOOD,
    headers: { 'x-request-id': 'r'.repeat(101) },
    status: 431,
    says: /x-request-id must not exceed 100 characters/,
  },
];

let deployed: Deployed;
const agent = new Agent({ keepAlive: true, maxSockets: 2 });
const cleanUps: (() => Promise<void> | void)[] = [];
const suite: TestScope = { after: (cleanUp) => void cleanUps.push(cleanUp) };

before(async () => {
  const installation = await startInstallation(suite);
  const model = await writeBytes(await temporaryFolder(suite), 'add.onnx', addModel());
  deployed = await deploy(installation, { name: 'adder', model, config: { numReplicas: 1 } });
});

after(async () => {
  agent.destroy();
  for (const cleanUp of cleanUps) await cleanUp();
});

for (const { name, body, headers = {}, status, says } of BAD_REQUESTS) {
  test(`${name} is answered ${status}, and the next request is served`, async () => {
    const answer = await send(body, headers);
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.text, says);
    await goodRequestIsServed();
  });
}

test('bare NaN and Infinity are numbers to a float model', async () => {
  const answer = await send(inputs('[[NaN, Infinity]]', '[[1, -Infinity]]'), {});
  assert.deepEqual(answer, { status: 200, text: '{"outputs":{"sum":[[NaN,NaN]]}}' });
});

const PATHS: readonly [string, number][] = [
  ['/api/v1/service/nobody/score', 404],
  ['/api/v1/service/adder/../../../metrics', 404],
  ['/api/v1/service/adder/%2e%2e/metrics', 404],
  ['/api/v1/service/adder%2fscore', 404],
  ['/api/v1/service/adder%00/score', 404],
  ['/api/v1/service/adder/nothing', 404],
  ['/nothing', 404],
];
for (const [path, status] of PATHS) {
  test(`POST ${path} is answered ${status} in JSON`, async (t) => {
    const { port } = new URL(deployed.service.scoringUri);
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${deployed.key}\r\n`;
    const raw = await openRaw(t, Number(port), `${head}Content-Length: 2\r\nConnection: close\r\n\r\n{}`);
    const answer = await raw.closed;
    assert.match(answer, new RegExp(`^HTTP/1.1 (${status}|400) `), answer);
    assert.match(answer, /"message":/);
    await goodRequestIsServed();
  });
}

test('a method that is not offered is answered 405', async () => {
  const answer = await send('', {}, 'GET');
  assert.equal(answer.status, 405);
  assert.match(answer.text, /Method not allowed/);
});

test('a body shorter than its Content-Length harms nobody', async (t) => {
  const raw = await openRaw(t, gatewayPort(), scoreHead('Content-Length: 1000'));
  raw.socket.write(GOOD);
  raw.socket.end();
  await raw.closed;
  await goodRequestIsServed();
});

test('what follows a body longer than its Content-Length is no request', async (t) => {
  const head = scoreHead(`Content-Length: ${GOOD.length}`);
  const raw = await openRaw(t, gatewayPort(), `${head}${GOOD}TRAILING RUBBISH\r\n\r\n`);
  assert.match(await raw.closed, /HTTP\/1.1 400 .*not valid HTTP/s);
  await goodRequestIsServed();
});

test('both lengths at once are refused, so that no request can be smuggled', async (t) => {
  const head = scoreHead(`Content-Length: 5\r\nTransfer-Encoding: chunked`);
  const raw = await openRaw(t, gatewayPort(), `${head}0\r\n\r\nGET / HTTP/1.1\r\n\r\n`);
  assert.match(await raw.closed, /^HTTP\/1.1 400 /);
  await goodRequestIsServed();
});

test('headers that never end are given up', async (t) => {
  const raw = await openRaw(t, gatewayPort(), 'POST / HTTP/1.1\r\nHost: x\r\n');
  const drip = setInterval(() => raw.socket.write('X-A: b\r\n'), 500);
  try {
    const answer = await raw.closed;
    assert.match(answer, /^(HTTP\/1.1 408 |$)/);
  } finally {
    clearInterval(drip);
  }
  await goodRequestIsServed();
});

function inputs(a: string, b: string): string {
  return `{"inputs": {"a": ${a}, "b": ${b}}}`;
}

function gatewayPort(): number {
  return Number(new URL(deployed.service.scoringUri).port);
}

function scoreHead(framing: string): string {
  const { pathname } = new URL(deployed.service.scoringUri);
  return `POST ${pathname} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${deployed.key}\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`;
}

async function goodRequestIsServed(): Promise<void> {
  const failure = await score(agent, { uri: deployed.service.scoringUri, key: deployed.key, body: GOOD });
  assert.equal(failure, undefined);
}

/** The answer, also when the server does not wait for the end of the body. */
function send(
  body: string | Buffer,
  headers: OutgoingHttpHeaders,
  method = 'POST',
): Promise<{ status: number | undefined; text: string }> {
  const all = {
    authorization: `Bearer ${deployed.key}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  };
  const sent = request(deployed.service.scoringUri, { method, headers: all });
  return new Promise((resolve, reject) => {
    let answered = false;
    sent.once('response', (response) => {
      answered = true;
      read(response).then(resolve, reject);
    });
    sent.on('error', (error) => {
      if (!answered) reject(error);
    });
    sent.end(body);
  });
}

async function read(response: IncomingMessage): Promise<{ status: number | undefined; text: string }> {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
  });
  await once(response, 'end');
  return { status: response.statusCode, text };
}

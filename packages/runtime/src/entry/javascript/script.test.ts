import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import { logLines, startTypeScript } from '../entry-fixtures.ts';

const ECHO = `
import { readFileSync } from 'node:fs';
import type { EntryContext, EntryInit } from '@slipway/sdk/entry';
let told: EntryInit;
export async function init(init: EntryInit): Promise<void> {
  told = init;
  console.log('loading from', init.modelDir);
}
export function run(input: unknown, { requestId, method, query, headers }: EntryContext): unknown {
  console.log('scoring');
  return {
    input, requestId, method, models: told.models, dir: process.env['AZUREML_MODEL_DIR'],
    a: query.get('a'), agent: headers.get('x-agent'), here: readFileSync('here.txt', 'utf8'),
  };
}
`;

test('a script answers POST and GET, with the headers of Azure and its prints in the log', async (t) => {
  const models = [{ name: 'm', version: 4, digest: 'sha256:0', path: '/nowhere' }];
  const replica = await startTypeScript(t, ECHO, {
    spec: { models },
    entry: { modelsDir: '/models' },
    files: { 'here.txt': 'here' },
  });
  const response = await replica.score('[1]', { 'x-request-id': 'c', 'x-agent': 'tester' });
  assert.deepEqual(await response.json(), {
    input: [1],
    requestId: 'c',
    method: 'POST',
    models: [{ name: 'm', version: 4, path: '/models/m/4' }],
    dir: '/models/m/4',
    a: null,
    agent: 'tester',
    here: 'here',
  });
  const { headers } = response;
  assert.equal(response.status, 200);
  assert.equal(headers.get('content-type'), 'application/json');
  assert.equal(headers.get('x-ms-request-id'), 'c');
  assert.equal(headers.get('x-ms-run-function-failed'), 'False');
  assert.match(headers.get('x-ms-run-fn-exec-ms') ?? '', /^\d+\.\d{3}$/);

  const got = await fetch(`${replica.url}/score?a=1&b=x&b=y`);
  const answer = (await got.json()) as Record<string, unknown>;
  assert.deepEqual([answer['input'], answer['a']], [{ a: 1, b: ['x', 'y'] }, '1']);
  const options = await fetch(`${replica.url}/score`, { method: 'OPTIONS' });
  assert.deepEqual([options.status, await options.text()], [200, '']);
  assert.equal(await (await fetch(`${replica.url}/`)).text(), 'Healthy');

  const printed = logLines(replica).filter(({ stream }) => stream === 'stdout');
  assert.deepEqual(
    printed.slice(0, 2).map(({ request, msg }) => ({ request, msg })),
    [
      { request: '00000000-0000-0000-0000-000000000000', msg: 'loading from /models/m/4' },
      { request: 'c', msg: 'scoring' },
    ],
  );
});

test('bodies are parsed by their type, and what cannot be is refused', async (t) => {
  const replica = await startTypeScript(
    t,
    'export const run = (input: unknown) => input instanceof Uint8Array ? String(input) : { json: input };',
  );
  const JSON_TYPE = 'application/json';
  const rows: [string | Uint8Array, string, number, unknown][] = [
    ['{"a":1}', `${JSON_TYPE}; charset=utf-8`, 200, { json: { a: 1 } }],
    ['1', 'application/vnd.api+json', 200, { json: 1 }],
    ['AB', 'text/plain', 200, '65,66'],
    [Uint8Array.of(0, 255), 'image/png', 200, '0,255'],
    ['', JSON_TYPE, 400, { message: 'POST body is empty. Expecting JSON.' }],
    [Uint8Array.of(0x22, 255, 0x22), JSON_TYPE, 400, { message: 'Input cannot be decoded as UTF-8.' }],
  ];
  for (const [body, type, status, answer] of rows) {
    const response = await replica.score(body, { 'content-type': type });
    assert.equal(response.status, status, type);
    assert.deepEqual(await response.json(), answer, type);
  }
  const cut = await replica.score('{"a":', {});
  assert.equal(cut.status, 400);
  assert.match(await cut.text(), /POST body could not be decoded as JSON: /);
});

const ANSWERS = `
const ANSWERS: Record<string, () => unknown> = {
  nothing: () => undefined,
  null: () => null,
  text: () => 'a "text"',
  singles: () => ({ scores: [Float32Array.of(0.1, -2.5, 1e-7, 3)] }),
  whole: () => BigInt64Array.of(-9007199254740993n, 2n),
  doubles: () => Float64Array.of(0.1),
  bytes: () => Buffer.from('raw bytes'),
  date: () => ({ at: new Date(0), left: undefined }),
  created: () => Response.json({ id: 7 }, { status: 201, headers: { 'x-label': 'seven' } }),
  plain: () => new Response('ready', { headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2']] }),
  teapot: async () => new Response(null, { status: 418 }),
  failing: () => new Response('no', { status: 503 }),
};
export const run = (which: string) => ANSWERS[which]?.();
`;

test('results go out as what they are', async (t) => {
  const replica = await startTypeScript(t, ANSWERS);
  const JSON_TYPE = 'application/json';
  const rows: [string, number, string, string][] = [
    ['nothing', 200, JSON_TYPE, '{}'],
    ['null', 200, JSON_TYPE, 'null'],
    ['text', 200, JSON_TYPE, '"a \\"text\\""'],
    ['singles', 200, JSON_TYPE, '{"scores":[[0.1,-2.5,1e-7,3]]}'],
    ['whole', 200, JSON_TYPE, '[-9007199254740993,2]'],
    ['doubles', 200, JSON_TYPE, '[0.1]'],
    ['bytes', 200, 'application/octet-stream', 'raw bytes'],
    ['date', 200, JSON_TYPE, '{"at":"1970-01-01T00:00:00.000Z"}'],
    ['created', 201, JSON_TYPE, '{"id":7}'],
    ['plain', 200, 'text/plain;charset=UTF-8', 'ready'],
    ['teapot', 418, 'application/octet-stream', ''],
    ['failing', 503, 'text/plain;charset=UTF-8', 'no'],
  ];
  for (const [which, status, type, body] of rows) {
    const response = await replica.score(JSON.stringify(which));
    assert.deepEqual(
      [response.status, response.headers.get('content-type'), await response.text()],
      [status, type, body],
      which,
    );
    const failed = status >= 500 ? 'True' : 'False';
    assert.equal(response.headers.get('x-ms-run-function-failed'), failed, which);
  }
  const created = await replica.score('"created"');
  assert.equal(created.headers.get('x-label'), 'seven');
  const cookies = await replica.score('"plain"');
  assert.deepEqual(cookies.headers.getSetCookie(), ['a=1', 'b=2']);
});

test('a raw script gets requests as they are, OPTIONS too', async (t) => {
  const replica = await startTypeScript(
    t,
    `export const raw = true;
     export async function run(request: Request) {
       const { method, url } = request;
       return new Response([method, new URL(url).pathname + new URL(url).search, await request.text()].join(' '));
     }`,
  );
  assert.equal(
    await (await replica.score('body', { 'content-type': 'text/csv' })).text(),
    'POST /score body',
  );
  assert.equal(await (await fetch(`${replica.url}/score?a=1`)).text(), 'GET /score?a=1 ');
  const options = await fetch(`${replica.url}/score`, { method: 'OPTIONS' });
  assert.equal(await options.text(), 'OPTIONS /score ');
});

test('its swagger documents are served: by its schemas, or its own file', async (t) => {
  const script = `
    export const inputSchema = { type: 'object', properties: { image: { type: 'array' } } };
    export const run = () => 1;`;
  const replica = await startTypeScript(t, script, { files: { 'swagger3.json': '{"own":true}' } });
  const document = async (query: string) => {
    const response = await fetch(`${replica.url}/swagger.json${query}`);
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const { body } = await document('');
  assert.equal(body.swagger, '2.0');
  assert.deepEqual(body.definitions.ServiceInput.properties, { image: { type: 'array' } });
  assert.deepEqual(body.definitions.ServiceOutput, { type: 'object', example: {} });
  assert.equal((await document('?version=3.1')).body.openapi, '3.1.0');
  assert.deepEqual((await document('?version=3')).body, { own: true });
  const wrong = await document('?version=7');
  assert.equal(wrong.status, 404);
  assert.match(wrong.body.message, /^Swagger version \[7\] is not valid. Supported versions: /);
});

test('packages of the environment are found from a folder without node_modules, and files beside the script', async (t) => {
  const packagesDir = join(await temporaryFolder(t), 'node_modules');
  await mkdir(join(packagesDir, 'shouting', 'lib'), { recursive: true });
  await writeFile(
    join(packagesDir, 'shouting', 'package.json'),
    '{"type":"module","exports":"./index.js","dependencies":{"quiet":"1"}}',
  );
  await writeFile(
    join(packagesDir, 'shouting', 'index.js'),
    'import quiet from "quiet"; export const shout = (text) => quiet(text).toUpperCase();',
  );
  await mkdir(join(packagesDir, 'quiet'));
  await writeFile(join(packagesDir, 'quiet', 'index.js'), 'module.exports = (text) => "(" + text + ")";');
  const script = `
    import { createRequire } from 'node:module';
    import { shout } from 'shouting';
    import { name } from './lib/name.mts';
    const quiet = createRequire(import.meta.url)('quiet');
    export const run = () => [shout(name), quiet('x')];`;
  const files = { 'lib/name.mts': "export const name: string = 'digits';" };
  const replica = await startTypeScript(t, script, { entry: { packagesDir }, files });
  assert.deepEqual(await (await replica.score('1')).json(), ['(DIGITS)', '(x)']);
});

test('the helpers load ONNX models in a plain folder', async (t) => {
  const model = join(import.meta.dirname, '..', '..', '..', '..', '..', 'examples', 'mnist', 'digits.onnx');
  const script = `
    import { loadOnnxModel, type OnnxModel } from '@slipway/sdk/entry';
    let model: OnnxModel;
    export async function init(): Promise<void> { model = await loadOnnxModel(${JSON.stringify(model)}); }
    export function run(what: string) {
      const [input] = model.inputs;
      if (what === 'wrong') return model.run({ other: { data: [], shape: [0] } });
      const data = what === 'short' ? [1] : new Array(784).fill(0);
      const outputs = model.run({ [input.name]: { data, shape: [1, 784] } });
      return Object.fromEntries(Object.entries(outputs).map(([name, { shape }]) => [name, shape]));
    }`;
  const replica = await startTypeScript(t, script, { entry: { workers: 2 } });
  const answers = await Promise.all([replica.score('"blank"'), replica.score('"blank"')]);
  for (const response of answers) assert.deepEqual(await response.json(), { probabilities: [1, 10] });
  for (const what of ['wrong', 'short'])
    assert.equal((await replica.score(JSON.stringify(what))).status, 500);
  const log = JSON.stringify(logLines(replica));
  assert.match(log, /no input .*other.*it takes/);
  assert.match(log, /there are 1 elements, not 784/);
  assert.equal((await replica.process.stop()).code, 0);
});

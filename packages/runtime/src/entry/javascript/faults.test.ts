import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type TestScope, temporaryFolder, waitFor } from '@slipway/testkit';
import { startReplicaProcess, type TestReplica, waitForPhase } from '../../replica-fixtures.ts';
import { bothReady, logged, type ScriptSetUp, startTypeScript, writeTypeScript } from '../entry-fixtures.ts';

/** `run` does what the body names; anything else comes back as it is. */
const HARMFUL = `
import { threadId } from 'node:worker_threads';

const sleep = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const kept: unknown[] = [];

export async function run(what: string): Promise<unknown> {
  if (what === 'throw') throw new TypeError('no such layer');
  if (what === 'string') throw 'a text';
  if (what === 'later') { setTimeout(() => { throw new Error('thrown later'); }, 50); return what; }
  if (what === 'lost') { setTimeout(() => { throw new Error('thrown in vain'); }, 50); await new Promise(() => undefined); }
  if (what === 'rejection') { void sleep(0.05).then(() => { throw new Error('rejected later'); }); return what; }
  if (what === 'exit') process.exit(7);
  if (what === 'hang') await new Promise(() => undefined);
  if (what === 'loop') for (;;) threadId;
  if (what === 'wait') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (what === 'leak') for (;;) kept.push(Array.from({ length: 1000 }, () => ({ a: Math.random() })));
  if (what === 'print') for (let count = 0; count < 1600; count++) console.log('x'.repeat(65535));
  if (what === 'lines') for (let count = 0; count < 100000; count++) console.log('line', count);
  if (what === 'function') return { of: [run] };
  if (what === 'bigint') return 1n;
  if (what === 'nan') return [1, Number.NaN];
  if (what === 'map') return { scores: new Map() };
  if (what === 'generator') return (function* () { yield 1; })();
  if (what === 'cycle') { const one: Record<string, unknown> = {}; one['self'] = one; return one; }
  if (what === 'thread') return threadId;
  if (what.startsWith('sleep')) await sleep(Number(what.slice(5)));
  return what;
}
`;

const DIED = 'Replica closed connection before replying';
const FAILED = {
  message: 'An unexpected error occurred in scoring script. Check the logs for more info.',
};
const INTERNAL = { message: 'An unexpected internal error occurred. Check the logs for more info.' };

function harmful(t: TestScope, setUp: ScriptSetUp = {}): Promise<TestReplica> {
  return startTypeScript(t, HARMFUL, { limits: { maxQueueWaitMs: 10_000 }, ...setUp });
}

function ask(replica: TestReplica, what: string): Promise<Response> {
  return replica.score(JSON.stringify(what), { 'x-request-id': `the-${what}` });
}

async function assertGoesOn(replica: TestReplica): Promise<void> {
  const response = await ask(replica, 'well');
  assert.equal(response.status, 200);
  assert.equal(await response.json(), 'well');
}

test('what a script throws or returns wrongly costs its caller an answer and no more', async (t) => {
  const replica = await harmful(t);
  const thread = await (await ask(replica, 'thread')).json();
  const rows: [string, object, string, RegExp][] = [
    ['throw', FAILED, 'True', /TypeError: no such layer.*score\.ts:8/],
    ['string', FAILED, 'True', /a text/],
    ['lost', FAILED, 'True', /Error: thrown in vain/],
    ['function', INTERNAL, 'False', /a function at result\.of\[0\]/],
    ['bigint', INTERNAL, 'False', /a BigInt at result.*Number\(it\)/],
    ['nan', INTERNAL, 'False', /NaN at result\[1\]/],
    ['map', INTERNAL, 'False', /a Map at result\.scores.*Object\.fromEntries/],
    ['generator', INTERNAL, 'False', /a generator at result.*sent as a whole/],
    ['cycle', INTERNAL, 'False', /an object that holds itself at result\.self/],
  ];
  for (const [what, answer, failed, log] of rows) {
    const response = await ask(replica, what);
    assert.equal(response.status, 500, what);
    assert.deepEqual(await response.json(), answer, what);
    assert.equal(response.headers.get('x-ms-run-function-failed'), failed, what);
    await logged(replica, log);
    await logged(replica, new RegExp(`"request":"the-${what}","stream":"stderr"`));
    await logged(replica, new RegExp(`"request":"the-${what}",.*"status":500,"code":"script_failed"`));
    await assertGoesOn(replica);
  }
  assert.equal(await (await ask(replica, 'thread')).json(), thread, 'the worker is the same');
});

test('what is thrown when the request has been answered is logged under it, and harms nobody', async (t) => {
  const replica = await harmful(t);
  const thread = await (await ask(replica, 'thread')).json();
  for (const [what, log] of [
    ['later', 'Error: thrown later'],
    ['rejection', 'Error: rejected later'],
  ] as const) {
    assert.equal((await ask(replica, what)).status, 200);
    assert.equal((await ask(replica, 'sleep0.2')).status, 200);
    await logged(replica, new RegExp(`"request":"the-${what}","stream":"stderr","msg":"${log}`));
  }
  assert.equal(await (await ask(replica, 'thread')).json(), thread, 'the worker is the same');
});

test('a thread that ends is replaced, and only its caller learns of it', async (t) => {
  const replica = await harmful(t, {
    entry: { workers: 2, heapMb: 64 },
    limits: { maxQueueWaitMs: 10_000, scoringTimeoutMs: 60_000 },
  });
  const rows: [string, RegExp][] = [
    ['exit', /ended with status 7: the script.*process\.exit\(\)/],
    ['leak', /needed more than the 64 MB that its heap may have.*memoryGbLimit/],
  ];
  for (const [index, [what, log]] of rows.entries()) {
    await bothReady(replica, index);
    const other = ask(replica, 'sleep0.3');
    const response = await ask(replica, what);
    assert.equal(response.status, 502, what);
    assert.equal(await response.text(), DIED, what);
    assert.equal((await other).status, 200, what);
    await logged(replica, log);
    await assertGoesOn(replica);
  }
});

test('a request that never ends costs 504, and its thread is ended whatever it does', async (t) => {
  const replica = await harmful(t, {
    entry: { workers: 2 },
    limits: { scoringTimeoutMs: 3_000, maxQueueWaitMs: 10_000 },
  });
  for (const [index, what] of ['hang', 'loop', 'wait'].entries()) {
    await bothReady(replica, index);
    const [response, other] = await Promise.all([ask(replica, what), ask(replica, 'sleep0.2')]);
    assert.equal(response.status, 504);
    assert.deepEqual(await response.json(), { message: 'Scoring timeout after 3000 ms.' });
    assert.equal(other.status, 200);
    await assertGoesOn(replica);
  }
  await logged(replica, /not answered within the scoring timeout of 3000 ms, so that its worker was killed/);
});

test('100 MB of prints, in long lines and in short ones, hurt nobody; what is lost is told', async (t) => {
  const replica = await harmful(t, {
    entry: { workers: 2, heapMb: 64 },
    limits: { scoringTimeoutMs: 60_000 },
  });
  for (const what of ['print', 'lines']) {
    let isPrinting = true;
    const printing = ask(replica, what).finally(() => {
      isPrinting = false;
    });
    while (isPrinting) {
      await assertGoesOn(replica);
      await setTimeout(5);
    }
    assert.equal((await printing).status, 200);
    await logged(replica, /bytes of it are not in the log/);
  }
  assert.ok(replica.process.stdout().length < 20_000_000);
});

test('native code that does not return makes the replica one to be replaced', async (t) => {
  const script = `
    import { execFileSync } from 'node:child_process';
    export function run(what: string) {
      if (what === 'native') execFileSync('sleep', ['15']);
      return what;
    }`;
  const replica = await startTypeScript(t, script, { limits: { scoringTimeoutMs: 500 } });
  assert.equal((await ask(replica, 'native')).status, 504);
  await waitFor(async () => (await replica.state()).phase === 'stuck', { what: 'the replica to be stuck' });
  const { error } = await replica.state();
  assert.match(error?.message ?? '', /Native code goes on in the thread of score\.ts.*must be replaced/);
  assert.equal((await fetch(`${replica.url}/`)).status, 503);
});

test('a replica that is told to end finishes what runs, and lets the script end', async (t) => {
  const replica = await startTypeScript(
    t,
    `process.on('exit', () => console.log('leaving'));
     export const run = (data: unknown) => new Promise((resolve) => setTimeout(() => resolve(data), 500));`,
  );
  const running = replica.score('1');
  await waitFor(
    async () => (await (await fetch(`${replica.url}/metrics`)).text()).includes('slipway_in_flight 1'),
    { what: 'the request to run' },
  );
  const ended = replica.process.stop();
  assert.equal((await running).status, 200);
  assert.equal((await ended).code, 0);
  await logged(replica, /"msg":"leaving"/);
});

test('a script that cannot be served makes the replica fail, for good where only another script helps', async (t) => {
  const rows: [string, string, boolean, RegExp][] = [
    ['import', 'import "no-such-package"', true, /Cannot find package 'no-such-package'.*environment/],
    ['file', 'import "./lost.ts"', true, /Cannot find module.*lost\.ts/],
    ['syntax', 'const a: number = 1;\nexport functio run() {}', true, /score\.ts:2: SyntaxError/],
    [
      'enum',
      'export function run() {}\n\nenum Kind { A }',
      true,
      /score\.ts:3: SyntaxError: TypeScript enum is not supported.*without enums/,
    ],
    ['namespace', 'namespace A { export const b = 1; }', true, /score\.ts:1: .*namespace.*without enums/],
    ['top', 'throw new Error("at the top");', true, /Error: at the top/],
    ['no run', 'export const init = () => undefined;', true, /does not have a run\(\) function defined/],
    [
      'init',
      'export async function init() { throw new Error("no weights"); }\nexport const run = () => 1;',
      false,
      /Error: no weights/,
    ],
    ['exit', 'process.exit(9);', false, /ended with status 9/],
    ['swagger', 'export const run = () => 1;', true, /The swagger file .*swagger\.json cannot be used/],
    [
      'slow',
      'export const init = () => new Promise(() => undefined);\nexport const run = () => 1;',
      false,
      /did not return within 1500 ms/,
    ],
  ];
  for (const [name, script, permanent, message] of rows) {
    const startTimeoutMs = name === 'slow' ? 1_500 : 20_000;
    const files: Record<string, string> = name === 'swagger' ? { 'swagger.json': '{' } : {};
    const spec = await writeTypeScript(t, script, { files, entry: { workers: 2, startTimeoutMs } });
    const replica = await startReplicaProcess(t, spec);
    assert.equal((await replica.exit).code, 1, name);
    const { phase, error } = JSON.parse(await readFile(spec.stateFile, 'utf8'));
    assert.equal(phase, 'failed', name);
    assert.equal(error.code, 'script_failed', name);
    assert.match(error.message, message, name);
    assert.equal(error.permanent, permanent, name);
  }
});

test('a replica whose threads cannot be replaced any more says that it must be', async (t) => {
  const folder = await temporaryFolder(t);
  const script = `
import { existsSync, writeFileSync } from 'node:fs';
export function init() {
  if (existsSync('${folder}/once')) throw new Error('the weights are gone');
  writeFileSync('${folder}/once', '');
}
export const run = () => process.exit(1);
`;
  const spec = await writeTypeScript(t, script);
  await startReplicaProcess(t, spec);
  const { port } = await waitForPhase(spec, 'ready');
  const response = await fetch(`http://127.0.0.1:${port}/score`, { method: 'POST', body: '1' });
  assert.equal(response.status, 502);
  const { error } = await waitForPhase(spec, 'stuck');
  assert.match(error?.message ?? '', /No worker of the script can be started any more.*the weights are gone/);
});

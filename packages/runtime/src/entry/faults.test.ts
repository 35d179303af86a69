import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type TestScope, temporaryFolder, waitFor } from '@slipway/testkit';
import { startReplicaProcess, type TestReplica, waitForPhase } from '../replica-fixtures.ts';
import { bothReady, logged, type ScriptSetUp, startScript, writeScript } from './entry-fixtures.ts';

/** `run` does what the body names; anything else comes back as it is. */
const HARMFUL = `
import ctypes, os, signal, subprocess, sys, time
def init(): pass
def run(data):
    if data == "raise": raise ValueError("no such layer")
    if data == "exit": sys.exit(7)
    if data == "_exit": os._exit(7)
    if data == "segfault": os.kill(os.getpid(), signal.SIGSEGV)
    if data == "null": ctypes.string_at(0)
    if data == "hang":
        while True: time.sleep(60)
    if data == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True: pass
    if data == "print":
        for _ in range(1600): print("x" * 65535)
    if data == "lines":
        for number in range(100000): print("line", number)
    if data == "native": os.write(2, b"from native code" + bytes([10]))
    if data == "fork":
        if os.fork() == 0: return "the child answers"
    if data == "orphan":
        return subprocess.Popen(["sleep", "300"]).pid
    if data == "close": os.closerange(3, 100)
    if data == "generator": return (number for number in range(3))
    if data == "bytes": return b"x"
    if data == "pid": return os.getpid()
    if data.startswith("sleep"): time.sleep(float(data[5:]))
    return data
`;

const DIED = 'Replica closed connection before replying';
const FAILED = {
  message: 'An unexpected error occurred in scoring script. Check the logs for more info.',
};
const INTERNAL = { message: 'An unexpected internal error occurred. Check the logs for more info.' };

function harmful(t: TestScope, setUp: ScriptSetUp = {}): Promise<TestReplica> {
  return startScript(t, HARMFUL, { limits: { maxQueueWaitMs: 10_000 }, ...setUp });
}

async function assertGoesOn(replica: TestReplica): Promise<void> {
  const response = await replica.score('well');
  assert.equal(response.status, 200);
  assert.equal(await response.json(), 'well');
}

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const children = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8')),
  );
  return children.join(' ').split(/\s+/).filter(Boolean).map(Number);
}

const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('what a script raises or returns wrongly costs its caller an answer and no more', async (t) => {
  const replica = await harmful(t);
  const pid = await (await replica.score('pid')).json();
  const rows: [string, object, string, RegExp][] = [
    ['raise', FAILED, 'True', /ValueError: no such layer/],
    ['exit', FAILED, 'True', /SystemExit: 7/],
    ['generator', INTERNAL, 'False', /generator/],
    ['bytes', INTERNAL, 'False', /bytes/],
  ];
  for (const [body, answer, failed, log] of rows) {
    const response = await replica.score(body, { 'x-request-id': `the-${body}` });
    assert.equal(response.status, 500, body);
    assert.deepEqual(await response.json(), answer, body);
    assert.equal(response.headers.get('x-ms-run-function-failed'), failed, body);
    await logged(replica, log);
    await logged(replica, new RegExp(`"request":"the-${body}","stream":"stderr"`));
    await logged(replica, new RegExp(`"request":"the-${body}",.*"status":500,"code":"script_failed"`));
    await assertGoesOn(replica);
  }
  assert.equal(await (await replica.score('pid')).json(), pid, 'the worker is the same');
});

test('a worker that crashes is replaced, and only its caller learns of it', async (t) => {
  const replica = await harmful(t, { entry: { workers: 2 } });
  const rows: [string, RegExp][] = [
    ['_exit', /ended with status 7/],
    ['segfault', /was ended by SIGSEGV: native code/],
    ['null', /Fatal Python error: Segmentation fault/],
    ['close', /has closed the socket/],
  ];
  for (const [body, log] of rows) {
    const other = replica.score('sleep0.3');
    const response = await replica.score(body);
    assert.equal(response.status, 502, body);
    assert.equal(await response.text(), DIED, body);
    assert.equal(response.headers.get('x-slipway-not-run'), null, 'it is not to be sent again');
    assert.equal((await other).status, 200, body);
    await logged(replica, log);
    await assertGoesOn(replica);
  }
});

test('a request that never ends costs 504, and its worker is killed whatever it does', async (t) => {
  const replica = await harmful(t, {
    entry: { workers: 2 },
    limits: { scoringTimeoutMs: 3_000, maxQueueWaitMs: 10_000 },
  });
  for (const [index, body] of ['hang', 'stubborn'].entries()) {
    await bothReady(replica, index);
    const [response, other] = await Promise.all([replica.score(body), replica.score('sleep0.2')]);
    assert.equal(response.status, 504);
    assert.deepEqual(await response.json(), { message: 'Scoring timeout after 3000 ms.' });
    assert.equal(other.status, 200);
    await assertGoesOn(replica);
  }
  await logged(replica, /not answered within the scoring timeout of 3000 ms, so that its worker was killed/);
});

test('100 MB of prints, in long lines and in short ones, hurt nobody; what is lost is told', async (t) => {
  const replica = await harmful(t, { entry: { workers: 2 }, limits: { scoringTimeoutMs: 60_000 } });
  for (const body of ['print', 'lines']) {
    let isPrinting = true;
    const printing = replica.score(body).finally(() => {
      isPrinting = false;
    });
    while (isPrinting) {
      const startedAt = performance.now();
      await assertGoesOn(replica);
      assert.ok(performance.now() - startedAt < 1_000);
      await setTimeout(20);
    }
    assert.equal((await printing).status, 200);
    await logged(replica, /bytes of it are not in the log/);
  }
  assert.ok(replica.process.stdout().length < 20_000_000);
});

test('what native code prints stands in the log under the request', async (t) => {
  const replica = await harmful(t);
  await replica.score('native', { 'x-request-id': 'n' });
  await logged(replica, /"request":"n","stream":"stderr","msg":"from native code"/);
});

test('a forked child does not answer, and what a worker has started ends with it', async (t) => {
  const replica = await harmful(t);
  assert.equal(await (await replica.score('fork')).json(), 'fork');
  await assertGoesOn(replica);
  const orphan = Number(await (await replica.score('orphan')).text());
  assert.ok(isRunning(orphan));
  await replica.score('_exit');
  await waitFor(() => !isRunning(orphan), { what: 'the process of the worker to end' });
});

test('a replica that is told to end finishes what runs, and leaves no process', async (t) => {
  const replica = await harmful(t, { entry: { workers: 2 } });
  const pid = Number(await (await replica.score('pid')).text());
  const running = replica.score('sleep0.5');
  await waitFor(
    async () => (await (await fetch(`${replica.url}/metrics`)).text()).includes('slipway_in_flight 1'),
    {
      what: 'the request to run',
    },
  );
  const ended = replica.process.stop();
  assert.equal((await running).status, 200);
  assert.equal((await ended).code, 0);
  assert.equal(isRunning(pid), false);
});

test('a killed replica leaves no process, not even one that hangs', async (t) => {
  const replica = await harmful(t, { entry: { workers: 2 } });
  const hanging = replica.score('stubborn').catch(() => undefined);
  await waitFor(
    async () => (await (await fetch(`${replica.url}/metrics`)).text()).includes('slipway_in_flight 1'),
    {
      what: 'the request to run',
    },
  );
  const idle = Number(await (await replica.score('pid')).text());
  const orphan = Number(await (await replica.score('orphan')).text());
  const all = await childrenOf(replica.process.pid);
  assert.ok(all.length === 2 && all.includes(idle));
  await replica.process.stop('SIGKILL');
  await hanging;
  for (const pid of [...all, orphan]) {
    await waitFor(() => !isRunning(pid), { what: `process ${pid} to end`, timeoutMs: 15_000 });
  }
});

test('a script that cannot be served makes the replica fail, for good where only another script helps', async (t) => {
  const rows: [string, string, boolean, RegExp][] = [
    [
      'import',
      'import no_such_package',
      true,
      /score\.py cannot be served: .*No module named 'no_such_package'/s,
    ],
    ['syntax', 'def init(:', true, /SyntaxError/],
    ['no run', 'def init(): pass', true, /does not have a run\(\) function defined/],
    ['init', 'def init(): raise OSError("no weights")\ndef run(x): pass', false, /OSError: no weights/],
    ['exit', 'import os\ndef init(): os._exit(9)\ndef run(x): pass', false, /ended with status 9/],
    [
      'slow',
      'import time\ndef init(): time.sleep(60)\ndef run(x): pass',
      false,
      /did not return within 1500 ms/,
    ],
  ];
  for (const [name, script, permanent, message] of rows) {
    const startTimeoutMs = name === 'slow' ? 1_500 : 20_000;
    const spec = await writeScript(t, script, { entry: { workers: 2, startTimeoutMs } });
    const replica = await startReplicaProcess(t, spec);
    assert.equal((await replica.exit).code, 1, name);
    const { phase, error } = JSON.parse(await readFile(spec.stateFile, 'utf8'));
    assert.equal(phase, 'failed', name);
    assert.equal(error.code, 'script_failed', name);
    assert.equal(error.permanent, permanent, name);
    assert.match(error.message, message, name);
  }
});

test('an interpreter that is not there is named', async (t) => {
  const spec = await writeScript(t, HARMFUL, { entry: { interpreter: '/no/such/python' } });
  await startReplicaProcess(t, spec);
  const { error } = await waitForPhase(spec, 'failed');
  assert.match(error?.message ?? '', /The interpreter \/no\/such\/python cannot be started/);
  assert.equal(error?.permanent, true);
});

test('a replica whose workers cannot be replaced any more says that it must be', async (t) => {
  const folder = await temporaryFolder(t);
  const script = `
import os
def init():
    if os.path.exists("${folder}/once"): raise OSError("the weights are gone")
    open("${folder}/once", "w").close()
def run(data): os._exit(1)
`;
  const spec = await writeScript(t, script);
  await startReplicaProcess(t, spec);
  const { port } = await waitForPhase(spec, 'ready');
  const response = await fetch(`http://127.0.0.1:${port}/score`, { method: 'POST', body: '' });
  assert.equal(response.status, 502);
  const { error } = await waitForPhase(spec, 'stuck');
  assert.match(error?.message ?? '', /No worker of the script can be started any more.*the weights are gone/);
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 503);
});

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { temporaryFolder } from '../temporary-folder.ts';
import { freePort } from './free-port.ts';
import { assertNothingLeft, killProcessesMentioning, processesMentioning } from './leftovers.ts';
import { runProcess, startProcess } from './started-process.ts';

const WAITS_FOREVER = 'console.log("up", process.argv[1]); setInterval(() => {}, 1000)';

test('runs a program to its end and keeps what it wrote', async (t) => {
  const script =
    'process.stdin.on("data", (d) => { console.log(String(d)); console.error("no"); process.exitCode = 3 })';
  const done = await runProcess(t, process.execPath, ['-e', script], { input: 'this' });
  assert.deepEqual(done, { code: 3, signal: null, stdout: 'this\n', stderr: 'no\n' });
});

test('a program that cannot be started is an error', async (t) => {
  await assert.rejects(startProcess(t, '/no/such/program', []), { code: 'ENOENT' });
});

test('waits for output, and says what there was instead', async (t) => {
  const started = await startProcess(t, process.execPath, ['-e', WAITS_FOREVER, 'here']);
  assert.equal((await started.waitForOutput(/up (\w+)/))[1], 'here');
  const other = await startProcess(t, process.execPath, ['-e', 'console.log("bye")']);
  await assert.rejects(other.waitForOutput(/hello/), /ended without \/hello\/:\nbye/);
});

test('the end of a test ends its processes', async (t) => {
  const folder = await temporaryFolder(t);
  await t.test('a test that starts one and forgets it', async (inner) => {
    const started = await startProcess(inner, process.execPath, ['-e', WAITS_FOREVER, folder]);
    await started.waitForOutput(/up/);
  });
  await assertNothingLeft(folder, 0);
});

test('finds and kills what was left behind', async (t) => {
  const folder = await temporaryFolder(t);
  const started = await startProcess(t, process.execPath, ['-e', WAITS_FOREVER, folder]);
  assert.deepEqual(
    (await processesMentioning(folder)).map(({ pid }) => pid),
    [started.pid],
  );
  await assert.rejects(assertNothingLeft(folder, 20), new RegExp(`Still running:\n${started.pid} `));
  await killProcessesMentioning(folder);
  assert.deepEqual(await started.exit, { code: null, signal: 'SIGKILL' });
});

test('a free port can be listened on', async () => {
  const server = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await new Promise((resolve) => server.close(resolve));
});

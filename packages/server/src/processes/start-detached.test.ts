import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { onTestEnd, type TestScope, temporaryFolder, waitFor } from '@slipway/testkit';
import { stopProcess, vitalsOf, waitForEnd } from './owned-process.ts';
import { argumentAfter } from './parse-processes.ts';
import { listProcesses } from './process-table.ts';
import { LOG_LIMIT_BYTES, rotateLog } from './rotate-log.ts';
import { startDetached } from './start-detached.ts';

async function start(t: TestScope, script: string, ended = () => {}) {
  const folder = await temporaryFolder(t);
  const main = join(folder, 'main.mjs');
  const logFile = join(folder, 'out.log');
  await writeFile(main, script);
  const owned = await startDetached({ main, args: ['--spec', `${folder}/x`], cwd: folder, logFile, ended });
  onTestEnd(t, () => stopProcess(owned, 0));
  return { folder, logFile, owned };
}

test('a detached process logs to its file, is found by its command line, and is stopped', async (t) => {
  process.env['SLIPWAY_MASTER_KEY'] = 'secret';
  onTestEnd(t, () => {
    delete process.env['SLIPWAY_MASTER_KEY'];
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  const script = 'console.log("key", process.env.SLIPWAY_MASTER_KEY); setInterval(() => {}, 1000)';
  const { folder, logFile, owned } = await start(t, script, resolve);
  await waitFor(async () => (await readFile(logFile, 'utf8')).includes('key undefined'), { what: 'its log' });
  const found = (await listProcesses()).filter((p) => argumentAfter(p.command, '--spec', `${folder}/`));
  assert.deepEqual(
    found.map(({ pid, startTime }) => ({ pid, startTime })),
    [owned],
  );
  assert.ok(((await vitalsOf(owned))?.residentBytes ?? 0) > 1_000_000);
  assert.equal(await vitalsOf({ ...owned, startTime: '1' }), undefined);
  await stopProcess(owned, 5_000);
  await promise;
  assert.equal(await waitForEnd(owned, 0), true);
});

test('what does not want to end is made to', async (t) => {
  const script = 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)';
  const { logFile, owned } = await start(t, script);
  await waitFor(async () => (await readFile(logFile, 'utf8')).includes('up'), { what: 'its log' });
  await stopProcess(owned, 50);
  assert.equal(await vitalsOf(owned), undefined);
});

test('a log that is too large is set aside, and its writer goes on in the empty file', async (t) => {
  const script = 'process.stdin.resume(); setInterval(() => console.log("line"), 5)';
  const { logFile } = await start(t, script);
  await waitFor(async () => (await readFile(logFile, 'utf8')).length > 50, { what: 'its log' });
  assert.equal(await rotateLog(logFile), false);
  assert.equal(await rotateLog(logFile, 50), true);
  assert.match(await readFile(`${logFile}.1`, 'utf8'), /^line\nline\n/);
  await waitFor(async () => (await readFile(logFile, 'utf8')).startsWith('line\n'), {
    what: 'further lines',
  });
  assert.equal(await rotateLog(join(logFile, 'none')), false);
  assert.ok(LOG_LIMIT_BYTES > 1_000_000);
});

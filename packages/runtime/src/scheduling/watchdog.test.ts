import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runProcess, type TestScope, temporaryFolder } from '@slipway/testkit';

const WATCHDOG = new URL('./watchdog.js', import.meta.url).href;

async function runProgram(scope: TestScope, body: string) {
  const file = join(await temporaryFolder(scope), 'program.mjs');
  const source = `
    import { startWatchdog } from ${JSON.stringify(WATCHDOG)};
    const spin = (ms) => { const until = performance.now() + ms; while (performance.now() < until); };
    const watchdog = startWatchdog(200);
    ${body}
  `;
  await writeFile(file, source);
  return runProcess(scope, process.execPath, [file]);
}

test('ends the process when a run on the socket thread is stuck, and says so', async (t) => {
  const ended = await runProgram(t, 'watchdog.enter(); spin(30_000);');
  assert.equal(ended.signal, 'SIGKILL');
  const line = JSON.parse(ended.stderr) as { level: string; msg: string };
  assert.equal(line.level, 'fatal');
  assert.match(line.msg, /stuck for more than 200 ms/);
});

test('lets runs go on that end in time, and the socket thread do other things', async (t) => {
  const body = `
    for (let run = 0; run < 20; run += 1) { watchdog.enter(); spin(20); watchdog.leave(); }
    spin(600);
    await watchdog.close();
  `;
  const ended = await runProgram(t, body);
  assert.deepEqual([ended.code, ended.stderr], [0, '']);
});

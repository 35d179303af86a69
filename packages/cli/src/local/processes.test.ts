import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { homeProcesses, isAlive, waitForEnd } from './processes.ts';

const HOME = '/tmp/slipway home of a test';
const FOREVER = 'setInterval(() => {}, 1000)';

test('the processes of a home are found by their command lines, and by no others', async () => {
  const replica = spawn(process.execPath, [
    '-e',
    FOREVER,
    'main.js',
    '--spec',
    `${HOME}/replicas/r1/spec.json`,
  ]);
  const gateway = spawn(process.execPath, [
    '-e',
    FOREVER,
    'main.js',
    '--config',
    `${HOME}/gateway/config.json`,
  ]);
  const other = spawn(process.execPath, [
    '-e',
    FOREVER,
    'main.js',
    '--spec',
    '/elsewhere/replicas/r1/spec.json',
  ]);
  const all = [replica, gateway, other];
  try {
    await Promise.all(all.map((child) => once(child, 'spawn')));
    const found = await homeProcesses(HOME);
    assert.deepEqual(
      found.toSorted((a, b) => a.what.localeCompare(b.what)),
      [
        { pid: gateway.pid, what: 'gateway' },
        { pid: replica.pid, what: 'replica' },
      ],
    );
  } finally {
    for (const child of all) child.kill('SIGKILL');
    await Promise.all(all.map((child) => once(child, 'close')));
  }
});

test('a process that has ended is not waited for', async () => {
  const child = spawn(process.execPath, ['-e', FOREVER]);
  const pid = child.pid ?? 0;
  assert.equal(isAlive(pid), true);
  assert.equal(await waitForEnd([pid], 0), false);
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  assert.equal(await waitForEnd([pid], 10_000), true);
  await closed;
});

import assert from 'node:assert/strict';
import { appendFile, mkdir, truncate, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type TestScope, temporaryFolder, waitFor } from '@slipway/testkit';
import { writeJsonFile } from '@slipway/transport';
import { addService } from '../fixtures/service-records.ts';
import type { HomePaths } from '../home/home-paths.ts';
import { openHome } from '../home/open-home.ts';
import type { LogOptions } from '../reconcile/fleet.ts';
import { createMemoryStore } from '../store/memory/memory-store.ts';
import { endReplicaFolder } from '../targets/local/replica-folder.ts';
import { lineTime, splitLines } from './log-lines.ts';
import { createReplicaLogs } from './replica-logs.ts';

const pino = (time: number, msg: string) => JSON.stringify({ level: 30, time, msg });
const T = 1_795_370_083_411;

async function logHome(t: TestScope): Promise<HomePaths> {
  const home = await openHome(await temporaryFolder(t));
  for (const [id, uid] of [
    ['a', 'u'],
    ['b', 'u'],
    ['c', 'other'],
  ] as const) {
    await mkdir(home.replica(id));
    await writeJsonFile(home.replicaSpec(id), {
      kind: 'ReplicaSpec',
      replicaId: id,
      authFile: home.serviceAuth(uid),
    });
    await writeFile(home.replicaLog(id), '');
  }
  return home;
}

async function logsOf(home: HomePaths) {
  const store = createMemoryStore();
  await addService(store, { uid: 'u', name: 'digits' });
  return createReplicaLogs(home, store);
}

async function tail(
  home: HomePaths,
  lines: number,
  name = 'digits',
  choice: Partial<LogOptions> = {},
): Promise<string[]> {
  const found: string[] = [];
  const options = { tail: lines, follow: false, signal: AbortSignal.timeout(5_000), ...choice };
  for await (const { replica, line } of (await logsOf(home)).read(name, options))
    found.push(`${replica} ${line}`);
  return found;
}

test('the last lines of all replicas are told in the order of their times', async (t) => {
  const home = await logHome(t);
  await writeFile(
    home.replicaLog('a'),
    `${pino(T, 'one')}\n${pino(T + 20, 'three')}\n  at a stack\nnot ended`,
  );
  await writeFile(home.replicaLog('b'), `${pino(T + 10, 'two')}\n`);
  await writeFile(home.replicaLog('c'), 'of another service\n');
  await endReplicaFolder(home, 'b');
  const all = [
    `a ${pino(T, 'one')}`,
    `b ${pino(T + 10, 'two')}`,
    `a ${pino(T + 20, 'three')}`,
    'a   at a stack',
  ];
  assert.deepEqual(await tail(home, 100), all);
  assert.deepEqual(await tail(home, 2), all.slice(2));
  assert.deepEqual(await tail(home, 0), []);
  assert.deepEqual(await tail(home, 10, 'nobody'), []);
});

test('lines are chosen by replica and by time, with what belongs to them', async (t) => {
  const home = await logHome(t);
  await writeFile(home.replicaLog('a'), `${pino(T, 'one')}\n${pino(T + 20, 'three')}\n  at a stack\n`);
  await writeFile(home.replicaLog('b'), `${pino(T + 10, 'two')}\n`);
  const since = T + 10;
  const late = [`b ${pino(T + 10, 'two')}`, `a ${pino(T + 20, 'three')}`, 'a   at a stack'];
  assert.deepEqual(await tail(home, 100, 'digits', { since }), late);
  assert.deepEqual(await tail(home, 1, 'digits', { since }), late.slice(2));
  assert.deepEqual(await tail(home, 100, 'digits', { replica: 'b' }), late.slice(0, 1));
  assert.deepEqual(await tail(home, 100, 'digits', { replica: 'c' }), []);
});

test('a start is told up to the line that says ready, also when it was set aside, and not when it is lost', async (t) => {
  const home = await logHome(t);
  const ready = JSON.stringify({ level: 'info', time: T + 5, msg: 'Ready.' });
  const printed = JSON.stringify({ level: 'info', time: T + 1, stream: 'stdout', msg: 'Ready.' });
  const start = [pino(T, 'loading'), printed, ready];
  await writeFile(home.replicaLog('a'), `${[...start, pino(T + 9, 'scored')].join('\n')}\n`);
  await writeFile(home.replicaLog('b'), `${pino(T + 2, 'still loading')}\n`);
  const told = [`a ${start[0]}`, `a ${printed}`, `b ${pino(T + 2, 'still loading')}`, `a ${ready}`];
  assert.deepEqual(await tail(home, 100, 'digits', { init: true }), told);

  await writeFile(`${home.replicaLog('a')}.1`, `${start.join('\n')}\n`);
  await writeFile(home.replicaLog('a'), `${pino(T + 9, 'scored')}\n`);
  await writeFile(`${home.replicaLog('b')}.1`, `${pino(T + 3, 'scored')}\n`);
  assert.deepEqual(
    await tail(home, 100, 'digits', { init: true }),
    start.map((line) => `a ${line}`),
  );
});

test('who follows gets each further line once, also after the log was set aside', async (t) => {
  const home = await logHome(t);
  await writeFile(home.replicaLog('a'), 'old\nbegun');
  const ending = new AbortController();
  const seen: string[] = [];
  const following = (async () => {
    const options = { tail: 1, follow: true, signal: ending.signal };
    for await (const { line } of (await logsOf(home)).read('digits', options)) seen.push(line);
  })();
  const until = (count: number) => waitFor(() => seen.length === count, { what: `${count} lines` });
  await until(1);
  await appendFile(home.replicaLog('a'), ' and ended\n');
  await until(2);
  await appendFile(home.replicaLog('b'), 'of b: é\n');
  await until(3);
  await truncate(home.replicaLog('a'), 0);
  await appendFile(home.replicaLog('a'), 'new\n');
  await until(4);
  ending.abort();
  await following;
  assert.deepEqual(seen, ['old', 'begun and ended', 'of b: é', 'new']);
});

test('lines are cut at newlines, and a time is found where there is one', () => {
  const { lines, rest } = splitLines(Buffer.from('a\n\nb'));
  assert.deepEqual([lines, rest.toString()], [['a', ''], 'b']);
  assert.equal(splitLines(Buffer.alloc(2 ** 21, 'x')).rest.byteLength, 0);
  assert.equal(lineTime(pino(T, 'x')), T);
  assert.equal(
    lineTime('{"level":"info","time":"2026-11-22T17:54:26.000Z"}'),
    Date.parse('2026-11-22T17:54:26Z'),
  );
  assert.equal(lineTime('plain'), undefined);
});

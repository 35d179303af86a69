import assert from 'node:assert/strict';
import { appendFile, mkdir, truncate, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type TestScope, temporaryFolder, waitFor } from '@slipway/testkit';
import { writeJsonFile } from '@slipway/transport';
import { addService } from '../fixtures/service-records.ts';
import type { HomePaths } from '../home/home-paths.ts';
import { openHome } from '../home/open-home.ts';
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

async function tail(home: HomePaths, lines: number, name = 'digits'): Promise<string[]> {
  const found: string[] = [];
  const options = { tail: lines, follow: false, signal: AbortSignal.timeout(5_000) };
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

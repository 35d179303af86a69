import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { temporaryFolder } from '@slipway/testkit';
import { describeStore } from '../describe-store.ts';
import { openSqliteStore } from './sqlite-store.ts';

const folder = await temporaryFolder({ after });

let files = 0;
function newFile(): string {
  files += 1;
  return join(folder, `${files}.sqlite`);
}

describeStore('The SQLite store', () => openSqliteStore(newFile()));

test('what was written is there after closing and opening', async () => {
  const file = newFile();
  const first = await openSqliteStore(file);
  const put = await first.write((writer) => writer.put('modelCounters', 'default/m', { lastVersion: 7 }));
  await first.close();
  const second = await openSqliteStore(file);
  const got = await second.read((reader) => reader.get('modelCounters', 'default/m'));
  await second.close();
  assert.deepEqual(got, put);
});

test('every write that was acknowledged before a kill -9 is there, and no half of another', async () => {
  const file = newFile();
  const child = runWriter(file);
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line);
    if (acknowledged === 25) child.kill('SIGKILL');
  }
  assert.ok(acknowledged >= 25);

  const store = await openSqliteStore(file);
  const { counter, events } = await store.read(async (reader) => ({
    counter: await reader.get('modelCounters', 'default/m'),
    events: await reader.list('events', { where: { serviceUid: 'u1' }, limit: 10_000 }),
  }));
  await store.close();
  const written = counter?.value.lastVersion ?? 0;
  assert.ok(written >= acknowledged, `${acknowledged} acknowledged, ${written} there`);
  assert.equal(events.length, written);
});

test('a database that a newer version wrote is refused and left alone', async () => {
  const file = newFile();
  await (await openSqliteStore(file)).close();
  execute(file, "INSERT INTO migrations VALUES (999, 'from the future', '')");
  await assert.rejects(openSqliteStore(file), {
    code: 'unsupported',
    message: /newer version of Slipway.*999/,
  });
});

test('a full disk is storage_full, keeps what was there, and writing goes on when there is room', async () => {
  const file = newFile();
  await (await openSqliteStore(file)).close();
  const child = runWriter(file, 1_000);
  let errors = '';
  let acknowledged = 0;
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  for await (const line of createInterface({ input: child.stdout })) acknowledged = Number(line);
  assert.match(errors, /^storage_full /);

  const store = await openSqliteStore(file);
  const counter = await store.read((reader) => reader.get('modelCounters', 'default/m'));
  assert.equal(counter?.value.lastVersion, acknowledged);
  await store.write((writer) => writer.put('modelCounters', 'default/m', { lastVersion: 0 }));
  await store.close();
});

test('a folder that cannot hold the database is storage_full with the path', async () => {
  const notFolder = newFile();
  await writeFile(notFolder, '');
  const file = join(notFolder, 'slipway.sqlite');
  await assert.rejects(openSqliteStore(file), { code: 'storage_full', details: { path: file } });
});

function execute(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

/** A process that writes without end and says each number when it is acknowledged; no file of it may be larger than `maxKib`. */
function runWriter(file: string, maxKib?: number) {
  const store = new URL('./sqlite-store.js', import.meta.url).href;
  const script = `
    const { openSqliteStore } = await import(${JSON.stringify(store)});
    const store = await openSqliteStore(${JSON.stringify(file)});
    const event = { serviceUid: 'u1', time: '', type: 'Normal', reason: 'Test', message: 'x'.repeat(1000), revision: null, replica: null };
    for (let n = 1; ; n++) {
      await store.write(async (writer) => {
        await writer.put('events', 'u1/' + n, event);
        await writer.put('modelCounters', 'default/m', { lastVersion: n });
      }).catch((error) => { console.error(error.code, error.message); process.exit(1); });
      console.log(n);
    }`;
  const limit = maxKib === undefined ? '' : `ulimit -f ${maxKib}; `;
  return spawn('bash', ['-c', `${limit}exec "$0" --input-type=module -e "$1"`, process.execPath, script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

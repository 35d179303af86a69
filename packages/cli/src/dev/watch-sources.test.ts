import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchSources } from './watch-sources.ts';

test('a written, a replaced and a removed source are told once each; what runs writes is not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-watch-'));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'lib'));
  await writeFile(join(folder, 'lib', 'help.ts'), '1');
  const ending = new AbortController();
  let told = 0;
  const watching = watchSources(
    folder,
    async () => {
      told += 1;
    },
    ending.signal,
  );
  await sleep(200);
  const changes: [() => Promise<unknown>, number][] = [
    [() => writeFile(join(folder, 'lib', 'help.ts'), '12'), 1],
    [() => writeFile(join(folder, 'run.log'), 'x'), 0],
    [
      async () => {
        await writeFile(join(folder, '.new'), '123');
        await rename(join(folder, '.new'), join(folder, 'lib', 'help.ts'));
      },
      1,
    ],
    [() => rm(join(folder, 'lib', 'help.ts')), 1],
  ];
  for (const [change, times] of changes) {
    const before = told;
    await change();
    const deadline = Date.now() + (times === 0 ? 1_500 : 10_000);
    while (told === before && Date.now() < deadline) await sleep(20);
    assert.equal(told - before, times, String(change));
  }
  ending.abort();
  await watching;
});

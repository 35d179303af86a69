import assert from 'node:assert/strict';
import { appendFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SlipwayError } from '@slipway/contract';
import { mountSmallDisk, temporaryFolder } from '@slipway/testkit';
import fc from 'fast-check';
import { DoneSet } from './done-set.ts';
import { type JournalEntry, journalLine } from './journal-lines.ts';
import { readJournal } from './read-journal.ts';
import { openResultLog } from './result-log.ts';

const entry = (miniBatch: number, resultBytes = 0): JournalEntry => ({
  miniBatch,
  items: 1,
  succeeded: 1,
  resultBytes,
  failures: [],
});

async function entriesOf(path: string) {
  const entries: JournalEntry[] = [];
  const goodBytes = await readJournal(path, (one) => entries.push(one));
  return { entries, goodBytes };
}

test('a journal that was cut anywhere gives whole entries alone', async (t) => {
  const folder = await temporaryFolder(t);
  const lines = [0, 1, 2].map((number) => journalLine(entry(number)));
  const whole = Buffer.from(lines.join(''));
  for (let cut = 0; cut <= whole.length; cut += 1) {
    const path = join(folder, `${cut}.log`);
    await writeFile(path, whole.subarray(0, cut));
    const { entries, goodBytes } = await entriesOf(path);
    const expected = Math.floor(cut / (lines[0] as string).length);
    assert.deepEqual(
      entries.map(({ miniBatch }) => miniBatch),
      [0, 1, 2].slice(0, expected),
    );
    assert.equal(goodBytes, lines.slice(0, expected).join('').length);
  }
});

test('a damaged line is refused where others follow, and dropped at the end', async (t) => {
  const path = join(await temporaryFolder(t), 'journal.log');
  await writeFile(path, `${journalLine(entry(0))}00000000 {"miniBatch":1}\n`);
  assert.equal((await entriesOf(path)).entries.length, 1);
  await appendFile(path, journalLine(entry(2)));
  await assert.rejects(entriesOf(path), { code: 'corrupt', message: /^Line 2 of / });
});

test('what is behind the journal’s last entry is cut off, and what is added at once stands there once', async (t) => {
  const folder = await temporaryFolder(t);
  const options = {
    journalPath: join(folder, 'journal.log'),
    journalBytes: 0,
    resultPath: join(folder, 'results.partial'),
    resultBytes: 4,
  };
  await writeFile(options.resultPath, 'old\nhalf a li');
  const log = await openResultLog(options);
  const add = (miniBatch: number) =>
    log.add({ miniBatch, items: 1, succeeded: 1, failures: [], text: `ü${miniBatch}\n` });
  await Promise.all(Array.from({ length: 20 }, (_, index) => add(index)));
  await log.close();
  const { entries, goodBytes } = await entriesOf(options.journalPath);
  assert.equal(goodBytes, (await stat(options.journalPath)).size);
  assert.equal(entries.at(-1)?.resultBytes, (await stat(options.resultPath)).size);
  const lines = (await readFile(options.resultPath, 'utf8')).split('\n');
  assert.deepEqual(lines, ['old', ...Array.from({ length: 20 }, (_, index) => `ü${index}`), '']);
});

test('nothing is added behind what a full disk has cut, and all is there once when there is room again', async (t) => {
  const disk = await mountSmallDisk(t, 1);
  if (disk === undefined) return;
  const journalPath = join(disk.folder, 'journal.log');
  const resultPath = join(disk.folder, 'results.partial');
  const filler = join(disk.folder, 'filler');
  await writeFile(filler, Buffer.alloc(500_000));
  const line = (miniBatch: number) => `${miniBatch} ${'x'.repeat(90_000)}\n`;
  const finished = (miniBatch: number) => ({ ...entry(miniBatch), text: line(miniBatch) });
  const first = await openResultLog({ journalPath, journalBytes: 0, resultPath, resultBytes: 0 });
  const isRefused = async (miniBatch: number) =>
    first.add(finished(miniBatch)).then(
      () => false,
      (error: SlipwayError) => error.code === 'storage_full',
    );
  let next = 0;
  while (!(await isRefused(next))) next += 1;
  await rm(filler);
  assert.ok(await isRefused(next + 1), 'it goes on behind a hole');
  await first.close();
  const { entries, goodBytes } = await entriesOf(journalPath);
  assert.equal(entries.length, next);
  const resultBytes = entries.at(-1)?.resultBytes ?? 0;
  const second = await openResultLog({ journalPath, journalBytes: goodBytes, resultPath, resultBytes });
  await second.add(finished(next));
  await second.close();
  const expected = Array.from({ length: next + 1 }, (_, index) => line(index)).join('');
  assert.ok((await readFile(resultPath, 'utf8')) === expected);
});

test('a set of what is done knows each number that was added, in any order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30)), (numbers) => {
      const set = new DoneSet();
      const model = new Set<number>();
      for (const number of numbers) {
        assert.equal(set.add(number), !model.has(number));
        model.add(number);
      }
      for (let number = 0; number <= 31; number += 1) assert.equal(set.has(number), model.has(number));
    }),
  );
});

import { createReadStream } from 'node:fs';
import { unlessMissing } from '@slipway/contract';
import { damagedJournal, type JournalEntry, readJournalLine } from './journal-lines.ts';

const NEWLINE = 0x0a;

/**
 * Hands out the entries of a journal in their order, and returns the bytes up to the end of the last good one: what stands behind is
 * what a crash left of a line. A journal that is not there is empty. Throws `corrupt` where a damaged line is not the last.
 */
export async function readJournal(path: string, onEntry: (entry: JournalEntry) => void): Promise<number> {
  return (await unlessMissing(readEntries(path, onEntry))) ?? 0;
}

async function readEntries(path: string, onEntry: (entry: JournalEntry) => void): Promise<number> {
  let goodBytes = 0;
  let line = 0;
  let damagedAt: number | undefined;
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE, start)) {
      line += 1;
      const entry = readJournalLine(rest.toString('utf8', start, end));
      if (damagedAt !== undefined) throw damagedJournal(path, damagedAt);
      if (entry === undefined) damagedAt = line;
      else {
        goodBytes += end + 1 - start;
        onEntry(entry);
      }
      start = end + 1;
    }
    rest = rest.subarray(start);
  }
  return goodBytes;
}

import { type FileHandle, open } from 'node:fs/promises';
import { SlipwayError } from '@slipway/contract';
import { type JournalEntry, journalLine } from './journal-lines.ts';

/** A mini-batch that is done, and what goes to the results of it. */
export interface Finished extends Omit<JournalEntry, 'resultBytes'> {
  readonly text: string;
}

/** Results and journal, which grow together. */
export interface ResultLog {
  /** Resolves when the mini-batch will be found done after any crash. Throws `storage_full` if it cannot be written. */
  add(finished: Finished): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly finished: Finished;
  readonly resolve: () => void;
  readonly reject: (error: SlipwayError) => void;
}

/** Where the files end that an earlier process has left: what stands behind is cut off. */
export interface ResultLogOptions {
  readonly journalPath: string;
  readonly journalBytes: number;
  readonly resultPath: string;
  readonly resultBytes: number;
}

/**
 * Opens both files. What is added while another write lasts is written together afterwards: first the results, then, when they are
 * on the disk, the lines of the journal.
 */
export async function openResultLog(options: ResultLogOptions): Promise<ResultLog> {
  const results = await openAt(options.resultPath, options.resultBytes);
  const journal = await openAt(options.journalPath, options.journalBytes);
  let { resultBytes, journalBytes } = options;
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let broken: SlipwayError | undefined;

  const write = async (taken: readonly Waiting[]) => {
    const texts: string[] = [];
    const lines: string[] = [];
    let end = resultBytes;
    for (const { finished } of taken) {
      const { text, ...entry } = finished;
      texts.push(text);
      end += Buffer.byteLength(text);
      lines.push(journalLine({ ...entry, resultBytes: end }));
    }
    if (end > resultBytes) {
      await results.writeFully(texts.join(''), resultBytes);
      resultBytes = end;
    }
    journalBytes += await journal.writeFully(lines.join(''), journalBytes);
  };

  const writeAll = async () => {
    while (waiting.length > 0) {
      const taken = waiting;
      waiting = [];
      try {
        await write(taken);
        for (const { resolve } of taken) resolve();
      } catch (cause) {
        // What was written may be there in part: nothing more is added behind it by this process.
        broken = cannotWrite(options.resultPath, cause as Error);
        for (const { reject } of [...taken, ...waiting.splice(0)]) reject(broken);
      }
    }
    writing = undefined;
  };

  return {
    add: (finished) =>
      new Promise((resolve, reject) => {
        if (broken !== undefined) return reject(broken);
        waiting.push({ finished, resolve, reject });
        writing ??= writeAll();
      }),
    async close() {
      await writing;
      await results.close();
      await journal.close();
    },
  };
}

async function openAt(path: string, bytes: number) {
  const file = await open(path, 'a').then(async (made) => {
    await made.close();
    return open(path, 'r+');
  });
  await file.truncate(bytes);
  return {
    writeFully: async (text: string, at: number) => {
      const buffer = Buffer.from(text);
      await writeAt(file, buffer, at);
      await file.datasync();
      return buffer.length;
    },
    close: () => file.close(),
  };
}

async function writeAt(file: FileHandle, buffer: Buffer, at: number): Promise<void> {
  let written = 0;
  while (written < buffer.length) {
    const { bytesWritten } = await file.write(buffer, written, buffer.length - written, at + written);
    written += bytesWritten;
  }
}

function cannotWrite(path: string, cause: Error): SlipwayError {
  return new SlipwayError(
    'storage_full',
    `The results cannot be written to ${path}: ${cause.message}. Make room, then begin the job again: it goes on where it was.`,
    { details: { path }, cause },
  );
}

import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { OutputLog, OutputStream } from '@slipway/runtime/batch';
import type { WorkerPlace } from './batch-worker.ts';

/** What all processes of one place may print to a file in one run of the job. */
const MAX_BYTES = 64 * 1024 ** 2;

/** Files in a folder of logs that what a place prints is appended to, each up to 64 MB; the rest is counted. */
export function openOutputOf({ number }: Pick<WorkerPlace, 'number'>, logs: string): OutputLog {
  const fileOf = (stream: OutputStream) => appendTo(join(logs, stream, `${number}.${stream}.txt`));
  const files = { stdout: fileOf('stdout'), stderr: fileOf('stderr') };
  return {
    get isFull() {
      return files.stdout.isFull && files.stderr.isFull;
    },
    lose: (bytes) => files.stderr.lose(bytes),
    write: (stream, _, text) => files[stream].write(text),
    close() {
      files.stdout.close();
      files.stderr.close();
    },
  };
}

function appendTo(path: string) {
  mkdirSync(dirname(path), { recursive: true });
  const descriptor = openSync(path, 'a');
  let written = 0;
  let lost = 0;
  const isFull = () => written >= MAX_BYTES;
  return {
    get isFull() {
      return isFull();
    },
    lose(bytes: number) {
      lost += bytes;
    },
    write(text: Buffer) {
      if (isFull()) lost += text.length;
      else written += writeSync(descriptor, text);
    },
    close() {
      if (lost > 0)
        writeSync(descriptor, `… ${lost} bytes more were printed than are kept here (${MAX_BYTES}).\n`);
      closeSync(descriptor);
    },
  };
}

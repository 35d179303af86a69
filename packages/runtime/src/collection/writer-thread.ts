import { parentPort, workerData } from 'node:worker_threads';
import { createWriter } from './create-writer.ts';
import type { FromWriter, ToWriter, WriterStart } from './messages.ts';

/** What was collected lies in memory no longer than this. */
const FLUSH_EVERY_MS = 1_000;

/** Old days, and what killed replicas left half written, are looked for so often; first when those have surely ended. */
const UPKEEP_EVERY_MS = 60_000;
const FIRST_UPKEEP_MS = 6_000;

const port = parentPort;
if (port === null) throw new Error('This file is run as a thread of a replica.');

const send = (message: FromWriter) => port.postMessage(message);
const start: WriterStart = workerData;
const tellPeople = (level: 'info' | 'warn', message: string) => send({ kind: 'tell', level, message });
// Loaded only where it is needed.
const pack =
  start.settings.format === 'parquet' ? (await import('./pack-parquet.ts')).packParquet : undefined;
const writer = createWriter(start, tellPeople, pack);

port.on('message', (message: ToWriter) => {
  if (message.kind === 'close') close();
  else {
    for (const record of message.records) writer.take(record);
    tell(message.bytes);
  }
});
setInterval(() => {
  writer.flush();
  tell(0);
}, FLUSH_EVERY_MS);
setTimeout(writer.upkeep, FIRST_UPKEEP_MS);
setInterval(writer.upkeep, UPKEEP_EVERY_MS);

function tell(bytes: number): void {
  const { written, dropped } = writer.takeCounts();
  if (bytes + written + Object.keys(dropped).length > 0) send({ kind: 'done', bytes, written, dropped });
}

function close(): void {
  writer.close();
  tell(0);
  send({ kind: 'closed' });
}

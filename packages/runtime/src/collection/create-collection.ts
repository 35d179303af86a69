import { Worker } from 'node:worker_threads';
import type { CollectionSettings } from '@slipway/contract';
import type { Log } from '../data-plane/log.ts';
import type { CollectedCounts, CollectingProcess, Collection, DropReason, OpenRecord } from './collection.ts';
import { buffersOf, keepTensors, sizeOf } from './keep-tensors.ts';
import type { CollectedRecord, FromWriter, ToWriter, WriterStart } from './messages.ts';

/** Bytes of records that may wait in memory, those of requests under way among them; more is dropped and counted. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/** Records go to the writer together, so often: telling it costs more than a record does. */
const SEND_EVERY_MS = 50;

/** What a record costs beside its data. */
const RECORD_BYTES = 512;

/** Drops are told together, so often. */
const TELL_EVERY_MS = 60_000;

/** What the writer gets for the last records, if nobody says less. */
const CLOSE_TIMEOUT_MS = 5_000;

/** The folder's word where a model has no version: a script may collect for any name. */
const NO_VERSION = 'unversioned';

/** Starts the thread that writes. Never throws later: without its thread it drops what it is given, and says so. */
export function createCollection(
  settings: CollectionSettings,
  { service, revision, replicaId, models }: CollectingProcess,
  log: Pick<Log, 'warn' | 'info'>,
  random: () => number = Math.random,
): Collection {
  const workerData: WriterStart = { settings, replicaId };
  const thread = new Worker(new URL('./writer-thread.js', import.meta.url), { workerData });
  const closed = Promise.withResolvers<void>();
  const dropped: Record<DropReason, number> = { buffer: 0, disk: 0, limit: 0, data: 0 };
  const modelIds = models.map(({ name, version }) => `${name}:${version}`);
  let told: Record<DropReason, number> = { ...dropped };
  let written = 0;
  let waitingBytes = 0;
  let isOver = false;
  let records: CollectedRecord[] = [];
  let recordBytes = 0;
  let transfers: ArrayBuffer[] = [];
  let sendTimer: NodeJS.Timeout | undefined;

  thread.unref();
  thread.on('message', (message: FromWriter) => {
    if (message.kind === 'tell') log[message.level]({}, message.message);
    else if (message.kind === 'closed') closed.resolve();
    else {
      waitingBytes -= message.bytes;
      written += message.written;
      for (const [reason, count] of Object.entries(message.dropped)) dropped[reason as DropReason] += count;
    }
  });
  thread.on('error', (error) => {
    log.warn({ reason: error.message }, 'Data is no longer collected: the thread that writes it has failed.');
  });
  thread.once('exit', () => {
    isOver = true;
    closed.resolve();
  });
  const tellTimer = setInterval(tellDrops, TELL_EVERY_MS).unref();

  function tellDrops(): void {
    const news = Object.entries(dropped).filter(([reason, count]) => count > told[reason as DropReason]);
    if (news.length === 0) return;
    const counts = Object.fromEntries(news.map(([key, count]) => [key, count - told[key as DropReason]]));
    told = { ...dropped };
    log.warn({ dropped: counts }, 'Records of requests were not collected; the requests were answered.');
  }

  /** True if there is room, which is then taken. */
  function reserve(bytes: number): boolean {
    if (isOver) {
      dropped.disk += 1;
      return false;
    }
    if (waitingBytes + bytes > MAX_WAITING_BYTES) {
      dropped.buffer += 1;
      return false;
    }
    waitingBytes += bytes;
    return true;
  }

  function add(record: CollectedRecord, bytes: number, buffers: readonly ArrayBuffer[]): void {
    records.push(record);
    recordBytes += bytes;
    transfers.push(...buffers);
    sendTimer ??= setTimeout(send, SEND_EVERY_MS).unref();
  }

  function send(): void {
    clearTimeout(sendTimer);
    sendTimer = undefined;
    if (records.length === 0) return;
    const message: ToWriter = { kind: 'records', records, bytes: recordBytes };
    thread.postMessage(message, transfers);
    records = [];
    recordBytes = 0;
    transfers = [];
  }

  function begin(...[requestId, model, inputs]: Parameters<Collection['begin']>): OpenRecord | undefined {
    if (random() >= settings.sampleRatio) return undefined;
    const inputBytes = sizeOf(inputs) + RECORD_BYTES;
    if (!reserve(inputBytes)) return undefined;
    const kept = keepTensors(inputs, model.signature.inputs);
    let isOpen = true;
    const forget = () => {
      if (isOpen) waitingBytes -= inputBytes;
      isOpen = false;
    };
    return {
      forget,
      answered(status, outputs) {
        const outputBytes = sizeOf(outputs);
        if (!isOpen) return;
        if (!reserve(outputBytes)) return forget();
        isOpen = false;
        const keptOutputs = keepTensors(outputs, model.signature.outputs);
        const record: CollectedRecord = {
          kind: 'inference',
          time: Date.now(),
          requestId,
          model: model.name,
          version: String(model.version),
          status: String(status),
          inputs: kept,
          outputs: keptOutputs,
        };
        add(record, inputBytes + outputBytes, buffersOf([...kept, ...keptOutputs]));
      },
    };
  }

  const counts = (): CollectedCounts => ({ written, dropped });

  return {
    begin,
    counts,
    exchanged({ requestId, status, input, prediction }) {
      if (random() >= settings.sampleRatio) return;
      const bytes = input.length + prediction.length + RECORD_BYTES;
      if (!reserve(bytes)) return;
      const record: CollectedRecord = {
        kind: 'exchange',
        time: Date.now(),
        requestId,
        model: service,
        version: String(revision),
        status: String(status),
        models: modelIds,
        // A view would be sent with all of the memory that it looks at.
        input: new Uint8Array(input),
        prediction: new Uint8Array(prediction),
      };
      add(record, bytes, []);
    },
    collected({ requestId, correlationId, model, designation, features, rows }) {
      const bytes = rows.length + RECORD_BYTES;
      if (!reserve(bytes)) return;
      const version = models.find(({ name }) => name === model)?.version ?? NO_VERSION;
      const placed = { time: Date.now(), requestId, model, version: String(version) };
      const own = { correlationId, designation, features, rows: new Uint8Array(rows) };
      add({ kind: 'rows', ...placed, ...own }, bytes, []);
    },
    async close(deadline) {
      send();
      if (!isOver) thread.postMessage({ kind: 'close' } satisfies ToWriter);
      const signal = AbortSignal.any([deadline, AbortSignal.timeout(CLOSE_TIMEOUT_MS)]);
      const givenUp = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => givenUp.resolve(), { once: true });
      if (signal.aborted) givenUp.resolve();
      // A thread that nothing waits for would let the process end before it has written.
      thread.ref();
      await Promise.race([closed.promise, givenUp.promise]);
      clearInterval(tellTimer);
      tellDrops();
      await thread.terminate();
    },
  };
}

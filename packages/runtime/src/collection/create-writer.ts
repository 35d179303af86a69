import { join, relative } from 'node:path';
import type { CollectedFormat } from '@slipway/contract';
import type { DropReason } from './collection.ts';
import { dayOf, folderName } from './dated-folders.ts';
import { listFiles, removeFile } from './folder-files.ts';
import { createGrowingFile, type GrowingFile } from './growing-file.ts';
import { csvHeader, csvLines, jsonLines } from './lines.ts';
import { createMending } from './mending.ts';
import type { CollectedRecord, FromWriter, WriterStart } from './messages.ts';
import type { Packing } from './packing.ts';
import { planRetention, type Retention } from './retention.ts';
import { type Table, TIME_COLUMN, tableOf } from './tables.ts';

/** Text of a file that waits for the next flush; a longer one is written at once. */
const MAX_PENDING_LENGTH = 1024 * 1024;

/** Files that are open at once: a script that makes up a designation for every request must not take all descriptors. */
const MAX_OPEN_FILES = 256;

/** After a refusal of the disk, or with the folder full, nothing is tried for so long. */
const PAUSE_MS = 60_000;

/** The folder is measured again when this part of its limit has been written, since other replicas write, too. */
const MEASURED_PART = 0.01;

/** Lines become Parquet when they are so many bytes, or so old: a killed replica leaves no more of them as they are. */
const PACK_BYTES = 16 * 1024 * 1024;
const PACK_MS = 5 * 60_000;

export interface WriterCounts {
  readonly written: number;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
}

/** Writes records to the files of their day. One a replica; it never throws. */
export interface Writer {
  /** Keeps a record until the next flush. */
  take(record: CollectedRecord): void;
  /** Writes what was kept. */
  flush(): void;
  /** Removes days that are too old, and half records that killed replicas left. */
  upkeep(): void;
  /** What became of records since it was last asked. */
  takeCounts(): WriterCounts;
  /** Writes what was kept and closes all files. */
  close(): void;
}

type Tell = (level: Extract<FromWriter, { kind: 'tell' }>['level'], message: string) => void;

interface OpenFile {
  readonly key: string;
  readonly day: string;
  readonly file: GrowingFile;
  /** Of a file that becomes Parquet when it ends. */
  readonly packing: Omit<Packing, 'file'> | undefined;
  readonly madeAt: number;
  pending: string;
  records: number;
}

/** Builds the writer; `pack` makes Parquet of JSON Lines, where that is asked for. */
export function createWriter(
  { settings, replicaId }: WriterStart,
  tell: Tell,
  pack?: (packing: Packing) => boolean,
  now = Date.now,
): Writer {
  const { dir, maxBytes, keepDays } = settings;
  const open = new Map<string, OpenFile>();
  const mend = createMending(dir, now);
  let counts = noCounts();
  let usedBytes = 0;
  let unmeasuredBytes = Number.POSITIVE_INFINITY;
  let pause: { readonly reason: DropReason; readonly until: number } | undefined;

  function take(record: CollectedRecord): void {
    if (pause !== undefined && now() < pause.until) {
      drop(pause.reason, 1);
      return;
    }
    const table = tableOf(record);
    if (table === undefined) {
      drop('data', 1);
      return;
    }
    try {
      const format = settings.format ?? (record.kind === 'rows' ? 'csv' : 'jsonl');
      const file = fileFor(table, format, record);
      if (format === 'csv') file.pending += csvLines(table);
      else file.pending += jsonLines(table, format === 'jsonl' ? 'value' : 'text');
      file.records += 1;
      if (file.pending.length > MAX_PENDING_LENGTH) write(file);
    } catch (thrown) {
      drop('disk', 1);
      stop('disk', `Data cannot be collected in ${dir}: ${(thrown as Error).message}.`);
    }
  }

  function fileFor(table: Table, format: CollectedFormat, { time, kind }: CollectedRecord): OpenFile {
    const day = dayOf(time);
    const folder = join(dir, ...table.place.map(folderName), day);
    const key = JSON.stringify([folder, table.columns]);
    const there = open.get(key);
    if (there !== undefined) return there;
    const [first] = open.values();
    if (first !== undefined && open.size >= MAX_OPEN_FILES) end(first);
    const written = format === 'csv' ? 'csv' : 'jsonl';
    const file = createGrowingFile(join(folder, `data-${replicaId}`), written, format);
    const pending = format === 'csv' ? csvHeader(table.columns) : '';
    const timeColumn = kind === 'rows' ? undefined : TIME_COLUMN;
    const packing = { columns: table.columns, timeColumn, hasRoom };
    const made = {
      key,
      day,
      file,
      packing: format === 'parquet' ? packing : undefined,
      madeAt: now(),
      pending,
      records: 0,
    };
    open.set(key, made);
    return made;
  }

  function flush(): void {
    const today = dayOf(now());
    for (const file of open.values()) {
      if (file.day < today || isFull(file)) end(file);
      else write(file);
    }
  }

  function isFull({ packing, file, pending, madeAt }: OpenFile): boolean {
    if (packing === undefined) return false;
    return file.size() + pending.length >= PACK_BYTES || now() - madeAt >= PACK_MS;
  }

  function write(file: OpenFile): void {
    const { pending, records } = file;
    if (records === 0) return;
    const bytes = Buffer.from(pending);
    try {
      if (hasRoom(bytes.length)) {
        file.file.append(bytes);
        file.pending = '';
        file.records = 0;
        usedBytes += bytes.length;
        unmeasuredBytes += bytes.length;
        counts.written += records;
        goOn();
        return;
      }
      stop(
        'limit',
        `${dir} holds ${usedBytes} bytes of today, and may hold ${maxBytes}. Raise dataCollection.maxMegabytes or lower its sampleRatio, or make room.`,
      );
      drop('limit', records);
    } catch (thrown) {
      stop('disk', `Data cannot be collected in ${dir}: ${(thrown as Error).message}.`);
      drop('disk', records);
    }
    forget(file);
  }

  /** Its text is lost; whoever comes next begins another file. */
  function forget({ key, file }: OpenFile): void {
    open.delete(key);
    file.close();
    const path = file.path();
    if (path !== undefined && file.size() === 0) removeFile(dir, relative(dir, path));
  }

  function end(file: OpenFile): void {
    write(file);
    if (!open.delete(file.key)) return;
    file.file.close();
    const path = file.file.path();
    if (file.packing === undefined || pack === undefined || path === undefined) return;
    try {
      pack({ ...file.packing, file: path });
    } catch (thrown) {
      tell('warn', `${path} stays as it is and does not become Parquet: ${(thrown as Error).message}.`);
    }
  }

  function hasRoom(neededBytes: number): boolean {
    const isMeasured = unmeasuredBytes + neededBytes <= maxBytes * MEASURED_PART;
    if (isMeasured && usedBytes + neededBytes <= maxBytes) return true;
    return retain(neededBytes).hasRoom;
  }

  function retain(neededBytes: number): Retention {
    const limits = { today: dayOf(now()), keepDays, maxBytes, neededBytes };
    const plan = planRetention(listFiles(dir), limits);
    for (const { path } of plan.remove) removeFile(dir, path);
    usedBytes = plan.bytes;
    unmeasuredBytes = 0;
    return plan;
  }

  function upkeep(): void {
    try {
      retain(0);
      for (const { file, bytes } of mend(new Set([...open.values()].map(({ file }) => file.path())))) {
        tell(
          'info',
          `A replica was killed while it wrote ${file}: ${bytes} bytes of a half record were cut off.`,
        );
      }
    } catch (thrown) {
      tell('warn', `Old data in ${dir} cannot be looked after: ${(thrown as Error).message}.`);
    }
  }

  function stop(reason: DropReason, message: string): void {
    if (pause === undefined)
      tell('warn', `Collection has stopped; requests go on. ${message} It is tried again every minute.`);
    pause = { reason, until: now() + PAUSE_MS };
  }

  function goOn(): void {
    if (pause === undefined) return;
    pause = undefined;
    tell('info', 'Collection goes on.');
  }

  function drop(reason: DropReason, records: number): void {
    counts.dropped[reason] = (counts.dropped[reason] ?? 0) + records;
  }

  return {
    take,
    flush,
    upkeep,
    takeCounts() {
      const taken = counts;
      counts = noCounts();
      return taken;
    },
    close: () => {
      for (const file of open.values()) end(file);
    },
  };
}

function noCounts(): { written: number; dropped: Partial<Record<DropReason, number>> } {
  return { written: 0, dropped: {} };
}

import { openAsBlob } from 'node:fs';
import { SlipwayError } from '@slipway/contract';
import type { BlobUpload } from '@slipway/contract/api';
import type { HttpClient } from './http-client.ts';
import type { LocalFile } from './model-files.ts';
import { pause } from './pause.ts';

/** Bytes sent in one request: each answer means that they are on disk, and progress moves with each. */
const PIECE_BYTES = 16 * 1024 * 1024;

/** A piece may take this long: 16 MiB at 70 kB/s. */
const PIECE_TIMEOUT_MS = 240_000;

/** An upload to which nothing was added for this long is given up: longer than a restart of the control plane takes. */
const MAX_STANDSTILL_MS = 60_000;

/** Between two attempts; doubles with each that fails, up to the longest. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** One file on its way to the store. */
export interface FileUpload {
  readonly file: LocalFile;
  readonly digest: string;
  readonly signal: AbortSignal | undefined;
  /** Hears how many more bytes have arrived; less than zero if some must be sent again. */
  readonly onBytes: (count: number) => void;
}

/** Brings a file into the store unless its bytes are there already; goes on from the server's offset when a connection breaks. */
export async function uploadFile(client: HttpClient, upload: FileUpload): Promise<void> {
  if (await isThere(client, upload)) return upload.onBytes(upload.file.size);
  const progress = createProgress(upload.onBytes);
  let id: string | undefined;
  let milliseconds = FIRST_PAUSE_MS;
  for (;;) {
    try {
      const begun = await beginOrGoOn(client, id, upload.signal);
      id = begun.id;
      await sendPieces(client, upload, begun, progress);
      return await finish(client, upload, id);
    } catch (thrown) {
      if (!mayGoOn(thrown) || progress.standstillMs() > MAX_STANDSTILL_MS) {
        if (id !== undefined) await giveUp(client, id);
        throw thrown;
      }
      if (codeOf(thrown) === 'not_found') {
        if (await isThere(client, upload)) return progress.moveTo(upload.file.size);
        id = undefined;
      }
      await pause(milliseconds, upload.signal);
      milliseconds = Math.min(2 * milliseconds, LONGEST_PAUSE_MS);
    }
  }
}

/** Frees the room that it takes. If that fails, too, it expires. */
async function giveUp(client: HttpClient, id: string): Promise<void> {
  await client.json({ method: 'DELETE', path: `/uploads/${id}` }).catch(() => undefined);
}

interface Progress {
  arrived(): number;
  moveTo(offset: number): void;
  /** How long nothing has been added. */
  standstillMs(): number;
}

function createProgress(onBytes: (count: number) => void): Progress {
  let [arrived, movedAt] = [0, performance.now()];
  return {
    arrived: () => arrived,
    moveTo(offset) {
      if (offset > arrived) movedAt = performance.now();
      onBytes(offset - arrived);
      arrived = offset;
    },
    standstillMs: () => performance.now() - movedAt,
  };
}

async function isThere(client: HttpClient, { digest, signal }: FileUpload): Promise<boolean> {
  try {
    await client.json({ method: 'HEAD', path: `/blobs/${digest}`, signal });
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === 'not_found') return false;
    throw thrown;
  }
}

async function beginOrGoOn(
  client: HttpClient,
  id: string | undefined,
  signal: AbortSignal | undefined,
): Promise<BlobUpload> {
  if (id !== undefined) return await client.json({ path: `/uploads/${id}`, signal });
  // Sent twice it begins two uploads, and the one that nobody fills expires.
  return await client.json({ method: 'POST', path: '/uploads', repeatable: true, signal });
}

async function sendPieces(
  client: HttpClient,
  { file, signal }: FileUpload,
  { id, offset: begun }: BlobUpload,
  progress: Progress,
): Promise<void> {
  const blob = await openAsBlob(file.source);
  if (blob.size !== file.size) throw changed(file);
  progress.moveTo(begun);
  for (let offset = begun; offset < file.size; offset = progress.arrived()) {
    const answer = await client.json<BlobUpload>({
      method: 'PATCH',
      path: `/uploads/${id}`,
      headers: { 'upload-offset': String(offset) },
      bytes: blob.slice(offset, Math.min(offset + PIECE_BYTES, file.size)),
      timeoutMs: PIECE_TIMEOUT_MS,
      signal,
    });
    progress.moveTo(answer.offset);
  }
}

async function finish(client: HttpClient, { file, digest, signal }: FileUpload, id: string): Promise<void> {
  const path = `/uploads/${id}`;
  try {
    await client.json({ method: 'PUT', path, query: { digest }, timeoutMs: PIECE_TIMEOUT_MS, signal });
  } catch (thrown) {
    throw codeOf(thrown) === 'invalid_argument' ? changed(file, thrown) : thrown;
  }
}

function changed({ source }: LocalFile, cause?: unknown): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `"${source}" changed while it was being registered. Register it again when it is complete.`,
    { details: { field: 'modelPath' }, cause },
  );
}

/**
 * True for a connection that broke, an offset that was wrong because of it, and an upload that is gone: finished with the answer
 * lost, or expired.
 */
function mayGoOn(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return (
    code === 'unavailable' || code === 'deadline_exceeded' || code === 'conflict' || code === 'not_found'
  );
}

function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof SlipwayError ? thrown.code : undefined;
}

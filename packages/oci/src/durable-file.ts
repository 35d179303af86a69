import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SlipwayError, systemCode } from '@slipway/contract';

const FOLDER_OPTIONS = { mode: 0o700 };

/** Bytes in order, from a socket, a file or a test. */
export type ByteStream = AsyncIterable<Uint8Array>;

/**
 * Makes a folder and those above it, for this user alone. Not `mkdir` with `recursive`, which answers ENOENT where the disk
 * is read-only.
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isFolderNow(path)) return;
  await makeFolder(dirname(path));
  if (await isFolderNow(path)) return;
  throw new SlipwayError(
    'storage_full',
    `The folder ${path} cannot be made. Choose a place on an ordinary disk.`,
  );
}

/** True if the folder is there or could be made; false if its parent is missing. */
async function isFolderNow(path: string): Promise<boolean> {
  try {
    await mkdir(path, FOLDER_OPTIONS);
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === 'EEXIST') return true;
    if (systemCode(thrown) === 'ENOENT' && dirname(path) !== path) return false;
    throw thrown;
  }
}

/** Gives a written and synced file its final name, so that the name is there after a power failure. */
export async function publish(temporary: string, path: string): Promise<void> {
  await rename(temporary, path);
  await syncPath(dirname(path));
}

/** Makes the bytes of a file, or the names in a folder, survive a power failure. */
export async function syncPath(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}

/** Where a stream goes: the file, the place in it, the hash to keep, and how long the file may become. */
export interface StreamTarget {
  readonly file: FileHandle;
  readonly position: number;
  readonly hash: Hash;
  readonly maxBytes: number;
}

/**
 * Writes a stream into a file chunk by chunk and returns the position after it. The hash covers what was written, also
 * when the stream or the disk fails. Throws `payload_too_large` before a byte beyond `maxBytes` is written.
 */
export async function writeStream(chunks: ByteStream, target: StreamTarget): Promise<number> {
  let position = target.position;
  for await (const chunk of chunks) {
    if (position + chunk.byteLength > target.maxBytes) throw tooLarge(target.maxBytes);
    await writeFully(target.file, chunk, position);
    target.hash.update(chunk);
    position += chunk.byteLength;
  }
  return position;
}

async function writeFully(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < chunk.byteLength) {
    const { bytesWritten } = await file.write(chunk, done, chunk.byteLength - done, position + done);
    done += bytesWritten;
  }
}

function tooLarge(maxBytes: number): SlipwayError {
  return new SlipwayError('payload_too_large', `The file is larger than the limit of ${maxBytes} bytes.`, {
    details: { maxBytes },
  });
}

/** The digest of a file's bytes, read as a stream. */
export async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}

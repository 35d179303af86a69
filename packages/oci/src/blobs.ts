import { createHash } from 'node:crypto';
import { chmod, type FileHandle, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { SlipwayError, unlessMissing } from '@slipway/contract';
import type { BlobDescriptor, Blobs, ByteRange } from './content-store.ts';
import { hexOf } from './digest.ts';
import { type ByteStream, publish, writeStream } from './durable-file.ts';
import { blobPath, type Layout, temporaryPath } from './layout.ts';
import type { Mutex } from './mutex.ts';
import { writingTo } from './storage-errors.ts';

/** Bytes read at a time: large enough that the system's calls do not count, small enough to stay in the cache. */
const READ_CHUNK_BYTES = 256 * 1024;

export interface BlobsDeps {
  readonly layout: Layout;
  /** Held for every change of which blobs are there. */
  readonly lock: Mutex;
  readonly maxBytes: number;
}

/** Builds the blobs of a store. */
export function createBlobs({ layout, lock, maxBytes }: BlobsDeps): Blobs {
  return {
    stat: (digest) => statBlob(layout, digest),
    claim: (digest) => lock(() => claimBlob(layout, digest)),
    read: (digest, range) => readBlob(layout, digest, range),
    write: (chunks) => writeBlob({ layout, lock, maxBytes }, chunks),
  };
}

async function statBlob(layout: Layout, digest: string): Promise<BlobDescriptor | undefined> {
  const stats = await unlessMissing(stat(blobPath(layout, digest)));
  return stats === undefined ? undefined : { digest, size: stats.size };
}

async function claimBlob(layout: Layout, digest: string): Promise<BlobDescriptor | undefined> {
  const now = new Date();
  const touched = await unlessMissing(
    writingTo(layout.folder, () => utimes(blobPath(layout, digest), now, now).then(() => true)),
  );
  return touched ? await statBlob(layout, digest) : undefined;
}

async function readBlob(layout: Layout, digest: string, range: ByteRange | undefined): Promise<Readable> {
  const file = await openBlob(layout, digest);
  try {
    const { size, ino } = await file.stat();
    if (range !== undefined) return readChunks(file, checkRange(digest, range, size));
    const source = readChunks(file);
    const checked = Readable.from(verified(layout, { digest, ino }, source), { objectMode: false });
    return checked.once('close', () => source.destroy());
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

async function openBlob(layout: Layout, digest: string): Promise<FileHandle> {
  const file = await unlessMissing(open(blobPath(layout, digest), 'r'));
  if (file !== undefined) return file;
  throw new SlipwayError('not_found', `There is no blob ${digest} in the store.`, { details: { digest } });
}

function checkRange(digest: string, range: ByteRange, size: number): ByteRange {
  const { start, end } = range;
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end && end < size) {
    return range;
  }
  throw new SlipwayError(
    'invalid_argument',
    `Bytes ${start} to ${end} are outside blob ${digest}, which has ${size} bytes.`,
    { details: { field: 'range', size } },
  );
}

/** Reads to the end of the file or range, and closes the file then or when the stream is destroyed. */
function readChunks(file: FileHandle, range?: ByteRange): Readable {
  return file.createReadStream({ ...range, highWaterMark: READ_CHUNK_BYTES });
}

/** The file that is being read under a digest. */
interface OpenedBlob {
  readonly digest: string;
  readonly ino: number;
}

/** Passes a blob's bytes on, one chunk late, so that the last one is given out only when the digest is right. */
async function* verified(layout: Layout, blob: OpenedBlob, chunks: ByteStream): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let held: Uint8Array | undefined;
  for await (const chunk of chunks) {
    if (held !== undefined) yield held;
    hash.update(chunk);
    held = chunk;
  }
  if (`sha256:${hash.digest('hex')}` !== blob.digest) throw await setAside(layout, blob);
  if (held !== undefined) yield held;
}

/**
 * Moves a blob that is not what its name says out of the way: it is no longer offered as there, so that uploading the file
 * again mends the store. A file that took its place meanwhile stays.
 */
async function setAside(layout: Layout, { digest, ino }: OpenedBlob): Promise<SlipwayError> {
  const path = blobPath(layout, digest);
  const present = await unlessMissing(stat(path));
  // A disk that can only be read is no reason to keep quiet about the damage.
  if (present?.ino === ino) await rename(path, join(layout.corrupt, hexOf(digest))).catch(() => undefined);
  return new SlipwayError(
    'corrupt',
    `Blob ${digest} does not match its digest: the file was damaged on disk. Register the model's files again to mend it; what was found is kept in ${layout.corrupt}.`,
    { details: { digest } },
  );
}

/** Reads a blob through without keeping it. Throws `not_found` or `corrupt`. */
export async function verifyBlob(layout: Layout, digest: string): Promise<void> {
  for await (const _chunk of await readBlob(layout, digest, undefined)) {
    // Reading is the check.
  }
}

async function writeBlob(deps: BlobsDeps, chunks: ByteStream): Promise<BlobDescriptor> {
  const temporary = temporaryPath(deps.layout);
  return await writingTo(deps.layout.folder, async () => {
    try {
      const written = await writeTemporary(temporary, chunks, deps.maxBytes);
      await storeBlob(deps, temporary, written);
      return written;
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

async function writeTemporary(path: string, chunks: ByteStream, maxBytes: number): Promise<BlobDescriptor> {
  const hash = createHash('sha256');
  await using file = await open(path, 'wx', 0o600);
  const size = await writeStream(chunks, { file, position: 0, hash, maxBytes });
  await file.sync();
  return { digest: `sha256:${hash.digest('hex')}`, size };
}

/**
 * Makes a written and synced file the blob of its digest, or, when that blob is there, begins its grace anew and removes the
 * file.
 */
export async function storeBlob(
  { layout, lock }: Pick<BlobsDeps, 'layout' | 'lock'>,
  path: string,
  { digest, size }: BlobDescriptor,
): Promise<void> {
  await lock(async () => {
    const existing = await claimBlob(layout, digest);
    if (existing?.size === size) {
      await rm(path);
      return;
    }
    const now = new Date();
    await utimes(path, now, now);
    await chmod(path, 0o444);
    await publish(path, blobPath(layout, digest));
  });
}

import { randomUUID } from 'node:crypto';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SlipwayError, unlessMissing } from '@slipway/contract';
import type { BlobUpload } from '@slipway/contract/api';
import { type BlobsDeps, storeBlob } from './blobs.ts';
import type { BlobDescriptor, Upload, Uploads } from './content-store.ts';
import { hexOf } from './digest.ts';
import { type ByteStream, syncPath, writeStream } from './durable-file.ts';
import { createRunningHashes } from './running-hashes.ts';
import { writingTo } from './storage-errors.ts';

/** Uploads that may be open at once; bounds what clients that never finish can leave behind. */
const MAX_UPLOADS = 10_000;

const UPLOAD_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface UploadsDeps extends BlobsDeps {
  /** An upload ends by itself when nothing was appended for this long. */
  readonly expiryMs: number;
}

/** Builds the uploads of a store: one partial file each, whose length is the offset and whose age is its expiry. */
export function createUploads(deps: UploadsDeps): Uploads {
  const { layout, expiryMs, maxBytes } = deps;
  const hashes = createRunningHashes();
  const busy = new Set<string>();

  return { begin, open: async (id) => describe(await statusOf(id)) };

  async function begin(): Promise<Upload> {
    if ((await readdir(layout.uploads)).length >= MAX_UPLOADS) throw tooManyUploads();
    const id = randomUUID();
    await writingTo(layout.folder, async () => {
      await using _file = await open(pathOf(id), 'wx', 0o600);
      await syncPath(layout.uploads);
    });
    return describe(await statusOf(id));
  }

  function describe(status: BlobUpload): Upload {
    const { id } = status;
    return {
      status,
      append: (offset, chunks) => alone(id, () => append(id, offset, chunks)),
      finish: (digest) => alone(id, () => finish(id, digest)),
      abort: () => alone(id, () => remove(id)),
    };
  }

  async function statusOf(id: string): Promise<BlobUpload> {
    const stats = UPLOAD_ID.test(id) ? await unlessMissing(stat(pathOf(id))) : undefined;
    const expiresAt = (stats?.mtimeMs ?? 0) + expiryMs;
    if (stats === undefined || expiresAt <= Date.now()) throw unknownUpload(id);
    return { id, offset: stats.size, expiresAt: new Date(expiresAt).toISOString() };
  }

  function pathOf(id: string): string {
    return join(layout.uploads, id);
  }

  async function alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    if (busy.has(id)) throw inUse(id);
    busy.add(id);
    try {
      return await writingTo(layout.folder, work);
    } finally {
      busy.delete(id);
    }
  }

  async function append(id: string, offset: number, chunks: ByteStream): Promise<BlobUpload> {
    const { offset: present } = await statusOf(id);
    if (present !== offset) throw wrongOffset(offset, present);
    const hash = await hashes.take(id, pathOf(id), offset);
    await using file = await open(pathOf(id), 'r+');
    try {
      const end = await writeStream(chunks, { file, position: offset, hash, maxBytes });
      hashes.keep(id, { hash, offset: end });
    } catch (thrown) {
      if (cannotGoOn(thrown)) await file.truncate(offset);
      throw thrown;
    } finally {
      await file.sync();
    }
    return await statusOf(id);
  }

  async function finish(id: string, digest: string): Promise<BlobDescriptor> {
    hexOf(digest);
    const { offset: size } = await statusOf(id);
    const hash = await hashes.take(id, pathOf(id), size);
    const actual = `sha256:${hash.digest('hex')}`;
    if (actual !== digest) {
      await remove(id);
      throw wrongDigest(digest, actual, size);
    }
    await syncPath(pathOf(id));
    await storeBlob(deps, pathOf(id), { digest, size });
    return { digest, size };
  }

  async function remove(id: string): Promise<void> {
    await statusOf(id);
    hashes.drop(id);
    await rm(pathOf(id), { force: true });
  }
}

/** True if sending the rest later cannot help as it is: what was written of this stream is taken back. */
function cannotGoOn(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return code === 'payload_too_large' || code === 'ENOSPC' || code === 'EDQUOT';
}

function unknownUpload(id: string): SlipwayError {
  return new SlipwayError(
    'not_found',
    `There is no upload "${id.slice(0, 100)}": it was finished, aborted, or has expired. Begin another.`,
    { details: { field: 'id' } },
  );
}

function inUse(id: string): SlipwayError {
  return new SlipwayError(
    'conflict',
    `Another request works on upload ${id}. Wait for it, then ask for the offset.`,
  );
}

function wrongOffset(offset: number, present: number): SlipwayError {
  return new SlipwayError(
    'conflict',
    `The upload is at byte ${present}, not at ${offset}. Go on from byte ${present}.`,
    { details: { offset: present } },
  );
}

function wrongDigest(digest: string, actual: string, size: number): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `The ${size} bytes that arrived have the digest ${actual}, not ${digest}. The upload was removed; begin another.`,
    { details: { field: 'digest', expected: digest, actual, size } },
  );
}

function tooManyUploads(): SlipwayError {
  return new SlipwayError(
    'overloaded',
    `There are ${MAX_UPLOADS} unfinished uploads. Finish or abort some, or wait until they expire.`,
  );
}

import { createBlobs, verifyBlob } from './blobs.ts';
import { collect } from './collect.ts';
import type { ContentStore } from './content-store.ts';
import { openLayout } from './layout.ts';
import { createManifests } from './manifests.ts';
import { createMutex } from './mutex.ts';
import { createUploads } from './uploads.ts';

/** Largest blob: 1 TiB, far above the largest published model file, so that a runaway upload ends before the disk does. */
const DEFAULT_MAX_BLOB_BYTES = 2 ** 40;

/** An upload may rest for a day: a laptop that was shut in the evening goes on in the morning. */
const DEFAULT_UPLOAD_EXPIRY_MS = 24 * 60 * 60 * 1000;

export interface ContentStoreOptions {
  readonly maxBlobBytes?: number;
  readonly uploadExpiryMs?: number;
}

/**
 * Opens the content store in a folder, and makes an empty one where there is none. Throws `storage_full` if the folder
 * cannot be written. Nothing has to be closed: between calls the store holds no file open.
 */
export async function openContentStore(
  folder: string,
  {
    maxBlobBytes = DEFAULT_MAX_BLOB_BYTES,
    uploadExpiryMs = DEFAULT_UPLOAD_EXPIRY_MS,
  }: ContentStoreOptions = {},
): Promise<ContentStore> {
  const layout = await openLayout(folder);
  const lock = createMutex();
  const blobs = createBlobs({ layout, lock, maxBytes: maxBlobBytes });
  return Object.freeze({
    blobs,
    uploads: createUploads({ layout, lock, maxBytes: maxBlobBytes, expiryMs: uploadExpiryMs }),
    manifests: createManifests(layout, blobs),
    maintenance: {
      verify: (digest) => verifyBlob(layout, digest),
      collect: (options) => collect({ layout, blobs, lock, uploadExpiryMs }, options),
    },
  } satisfies ContentStore);
}

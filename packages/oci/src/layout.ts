import { randomUUID } from 'node:crypto';
import { access, open } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '@slipway/contract';
import { canonicalJson, type JsonValue } from './canonical-json.ts';
import { hexOf } from './digest.ts';
import { makeFolder, publish, syncPath } from './durable-file.ts';
import { writingTo } from './storage-errors.ts';

/** Where things lie in the store's folder. */
export interface Layout {
  readonly folder: string;
  /** `blobs/sha256`, of the OCI image layout. */
  readonly blobs: string;
  /** One partial file an upload; not part of the OCI image layout, which lets other files be. */
  readonly uploads: string;
  /** Files and folders that are being written. */
  readonly temporary: string;
  /** Blobs that no longer match their digest, kept for a person to look at. */
  readonly corrupt: string;
}

const MARKER: JsonValue = { imageLayoutVersion: '1.0.0' };

/**
 * The index names no manifest: what is in use stands in the control plane's database, so that registering a model is one
 * transaction there and does not rewrite a file that grows with every model.
 */
const INDEX: JsonValue = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [],
};

/** The path of the blob with this digest, there or not. */
export function blobPath(layout: Layout, digest: string): string {
  return join(layout.blobs, hexOf(digest));
}

/** A name that nothing has yet, for a file or folder that is being written. */
export function temporaryPath(layout: Layout): string {
  return join(layout.temporary, randomUUID());
}

/** Makes the folders and files of an empty OCI image layout where they are missing. */
export async function openLayout(folder: string): Promise<Layout> {
  const layout: Layout = Object.freeze({
    folder,
    blobs: join(folder, 'blobs', 'sha256'),
    uploads: join(folder, 'uploads'),
    temporary: join(folder, 'tmp'),
    corrupt: join(folder, 'corrupt'),
  });
  await writingTo(folder, async () => {
    for (const path of [layout.blobs, layout.uploads, layout.temporary, layout.corrupt]) {
      await makeFolder(path);
    }
    await writeOnce(layout, 'oci-layout', MARKER);
    await writeOnce(layout, 'index.json', INDEX);
    await syncPath(folder);
  });
  return layout;
}

async function writeOnce(layout: Layout, name: string, content: JsonValue): Promise<void> {
  const path = join(layout.folder, name);
  if ((await unlessMissing(access(path).then(() => true))) === true) return;
  const temporary = temporaryPath(layout);
  await using file = await open(temporary, 'wx', 0o644);
  await file.writeFile(canonicalJson(content));
  await file.sync();
  await publish(temporary, path);
}

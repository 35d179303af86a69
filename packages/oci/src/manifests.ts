import { SlipwayError } from '@slipway/contract';
import type { ModelFile } from '@slipway/contract/api';
import { createCheckout } from './checkout.ts';
import type { BlobDescriptor, Blobs, Manifests } from './content-store.ts';
import type { Layout } from './layout.ts';
import {
  checkFiles,
  configBytes,
  manifestBytes,
  type ParsedManifest,
  parseManifest,
} from './model-manifest.ts';

/** Largest manifest that is read into memory: 100,000 files with long paths stay below it. */
const MAX_MANIFEST_BYTES = 256 * 1024 * 1024;

/** Builds the manifests of a store. */
export function createManifests(layout: Layout, blobs: Blobs): Manifests {
  const checkout = createCheckout(layout);
  return {
    packModel: (model) => packModel(blobs, model.files, model.annotations ?? {}),
    async readModel(digest) {
      const { files, annotations } = await readManifest(blobs, digest);
      return { files, annotations };
    },
    async checkout(digest, target) {
      const { files } = await readManifest(blobs, digest);
      await checkout(files, target);
    },
  };
}

async function packModel(
  blobs: Blobs,
  unchecked: readonly ModelFile[],
  annotations: Readonly<Record<string, string>>,
): Promise<BlobDescriptor> {
  const files = checkFiles(unchecked);
  await claimAll(blobs, files);
  const config = await blobs.write(once(configBytes(files)));
  return await blobs.write(once(manifestBytes({ files, annotations }, config)));
}

async function claimAll(blobs: Blobs, files: readonly ModelFile[]): Promise<void> {
  const missing: string[] = [];
  for (const { path, digest, size } of files) {
    const blob = await blobs.claim(digest);
    if (blob === undefined) missing.push(digest);
    else if (blob.size !== size) throw wrongSize(path, size, blob.size);
  }
  if (missing.length > 0) throw notUploaded(missing);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Reads and checks a manifest. Throws `not_found`, `corrupt` or `invalid_model`. */
export async function readManifest(blobs: Blobs, digest: string): Promise<ParsedManifest> {
  const blob = await blobs.stat(digest);
  if (blob !== undefined && blob.size > MAX_MANIFEST_BYTES) throw tooLargeForManifest(blob);
  const chunks: Uint8Array[] = [];
  for await (const chunk of await blobs.read(digest)) chunks.push(chunk);
  return parseManifest(digest, Buffer.concat(chunks));
}

function wrongSize(path: string, given: number, actual: number): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `File "${path}" is said to have ${given} bytes, but its blob has ${actual}.`,
    { details: { field: 'files', path, given, actual } },
  );
}

function notUploaded(missing: readonly string[]): SlipwayError {
  return new SlipwayError(
    'conflict',
    `${missing.length} of the files are not in the store, the first is ${missing[0]}. Upload them, then try again.`,
    { details: { missing } },
  );
}

function tooLargeForManifest({ digest, size }: BlobDescriptor): SlipwayError {
  return new SlipwayError('invalid_model', `Blob ${digest} has ${size} bytes, too many for a manifest.`, {
    details: { digest },
  });
}

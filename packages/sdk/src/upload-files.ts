import { SlipwayError } from '@slipway/contract';
import type { ModelFile } from '@slipway/contract/api';
import { digestOfFile, type LocalFile } from './model-files.ts';
import { uploadFile } from './upload.ts';
import type { Workspace } from './workspace.ts';

/** Files sent at the same time: hides the round trips of many small files without crowding the disk. */
const PARALLEL_UPLOADS = 4;

/** How far an upload is. Hashing and uploading each count up to all bytes of the files. */
export interface UploadProgress {
  readonly phase: 'hashing' | 'uploading';
  readonly bytes: number;
  readonly totalBytes: number;
  readonly files: number;
}

export interface UploadContext {
  readonly workspace: Workspace;
  readonly onProgress: ((progress: UploadProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

interface HashedFile extends LocalFile {
  readonly digest: string;
}

/**
 * Hashes the files, brings those to the store that it does not have, and hands them to `use`, which makes the request that
 * names them: once more if it tells that some are missing.
 */
export async function withUploaded<T>(
  context: UploadContext,
  files: readonly LocalFile[],
  use: (files: ModelFile[]) => Promise<T>,
): Promise<T> {
  const hashed = await hashFiles(context, files);
  await uploadAll(context, hashed);
  const uploaded = hashed.map(toModelFile);
  try {
    return await use(uploaded);
  } catch (thrown) {
    // Blobs that were there when asked for can be collected before they are named, if that took very long.
    if (!isMissingBlobs(thrown)) throw thrown;
    await uploadAll(context, hashed);
    return await use(uploaded);
  }
}

async function hashFiles(
  context: UploadContext,
  files: readonly LocalFile[],
): Promise<readonly HashedFile[]> {
  const report = reporter(context, 'hashing', files);
  const hashed: HashedFile[] = [];
  for (const file of files) {
    hashed.push({ ...file, digest: await digestOfFile(file.source, report, context.signal) });
  }
  return hashed;
}

async function uploadAll(context: UploadContext, files: readonly HashedFile[]): Promise<void> {
  const report = reporter(context, 'uploading', files);
  const waiting = files.values();
  const send = async () => {
    for (const file of waiting) {
      const { digest } = file;
      await uploadFile(context.workspace.client, { file, digest, signal: context.signal, onBytes: report });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_UPLOADS }, send));
}

function toModelFile({ path, digest, size }: HashedFile): ModelFile {
  return { path, digest, size };
}

function reporter(
  { onProgress }: UploadContext,
  phase: UploadProgress['phase'],
  files: readonly LocalFile[],
): (count: number) => void {
  const totalBytes = sizeOf(files);
  let bytes = 0;
  return (count) => {
    bytes += count;
    onProgress?.({ phase, bytes, totalBytes, files: files.length });
  };
}

/** Bytes of all files. */
export function sizeOf(files: readonly { readonly size: number }[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}

function isMissingBlobs(thrown: unknown): boolean {
  return (
    thrown instanceof SlipwayError && thrown.code === 'conflict' && Array.isArray(thrown.details?.['missing'])
  );
}

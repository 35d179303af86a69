import { SlipwayError } from '@slipway/contract';
import type { ModelFile, ModelRegister, Model as ModelResource } from '@slipway/contract/api';
import { digestOfFile, type LocalFile, listModelFiles } from './model-files.ts';
import { uploadFile } from './upload.ts';
import type { Workspace } from './workspace.ts';

/** Files sent at the same time: hides the round trips of many small files without crowding the disk. */
const PARALLEL_UPLOADS = 4;

/** How far a registration is. Hashing and uploading each count up to all bytes of the model. */
export interface RegisterProgress {
  readonly phase: 'hashing' | 'uploading' | 'registering';
  readonly bytes: number;
  readonly totalBytes: number;
  readonly files: number;
}

export interface RegisterContext {
  readonly workspace: Workspace;
  readonly onProgress: ((progress: RegisterProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

interface HashedFile extends LocalFile {
  readonly digest: string;
}

/** Hashes the files, brings those to the store that it does not have, and registers the model. */
export async function registerModel(
  context: RegisterContext,
  modelPath: string,
  model: Omit<ModelRegister, 'files'>,
): Promise<ModelResource> {
  const files = await hashFiles(context, await listModelFiles(modelPath));
  await uploadAll(context, files);
  try {
    return await register(context, files, model);
  } catch (thrown) {
    // Blobs that were there when asked for can be collected before they are registered, if that took very long.
    if (!isMissingBlobs(thrown)) throw thrown;
    await uploadAll(context, files);
    return await register(context, files, model);
  }
}

async function hashFiles(
  context: RegisterContext,
  files: readonly LocalFile[],
): Promise<readonly HashedFile[]> {
  const report = reporter(context, 'hashing', files);
  const hashed: HashedFile[] = [];
  for (const file of files) {
    hashed.push({ ...file, digest: await digestOfFile(file.source, report, context.signal) });
  }
  return hashed;
}

async function uploadAll(context: RegisterContext, files: readonly HashedFile[]): Promise<void> {
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

async function register(
  { workspace, signal, onProgress }: RegisterContext,
  files: readonly HashedFile[],
  model: Omit<ModelRegister, 'files'>,
): Promise<ModelResource> {
  const totalBytes = sizeOf(files);
  onProgress?.({ phase: 'registering', bytes: totalBytes, totalBytes, files: files.length });
  const body: ModelRegister = { ...model, files: files.map(toModelFile) };
  return await workspace.client.json({
    method: 'POST',
    path: workspace.path('/models'),
    body,
    once: true,
    signal,
  });
}

function toModelFile({ path, digest, size }: HashedFile): ModelFile {
  return { path, digest, size };
}

function reporter(
  { onProgress }: RegisterContext,
  phase: RegisterProgress['phase'],
  files: readonly LocalFile[],
): (count: number) => void {
  const totalBytes = sizeOf(files);
  let bytes = 0;
  return (count) => {
    bytes += count;
    onProgress?.({ phase, bytes, totalBytes, files: files.length });
  };
}

function sizeOf(files: readonly LocalFile[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}

function isMissingBlobs(thrown: unknown): boolean {
  return (
    thrown instanceof SlipwayError && thrown.code === 'conflict' && Array.isArray(thrown.details?.['missing'])
  );
}

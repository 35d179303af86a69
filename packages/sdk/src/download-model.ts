import { createHash, type Hash, randomUUID } from 'node:crypto';
import { type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isSafeRelativePath, SlipwayError } from '@slipway/contract';
import type { ModelFile } from '@slipway/contract/api';
import type { HttpClient } from './http-client.ts';
import { errorOfFailure } from './http-errors.ts';

/** Connections that may break in a row, with nothing arriving between them, before a download is given up. */
const MAX_FAILURES = 4;

export interface DownloadProgress {
  readonly bytes: number;
  readonly totalBytes: number;
  readonly files: number;
}

export interface DownloadOptions {
  /** Folder that gets the files, made if missing; the current folder if left out. */
  readonly targetDir?: string | undefined;
  /** Allows files that are there to be replaced. */
  readonly existOk?: boolean | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Writes a model's files below a folder, each verified and complete or not there; answers their paths. */
export async function downloadModel(
  client: HttpClient,
  files: readonly ModelFile[],
  { targetDir = '.', existOk = false, onProgress, signal }: DownloadOptions,
): Promise<string[]> {
  const targets = files.map((file) => ({ file, path: targetPath(targetDir, file) }));
  if (!existOk) for (const { path } of targets) await refuseExisting(path);
  const totalBytes = files.reduce((sum, file) => sum + file.size, 0);
  let bytes = 0;
  const onBytes = (count: number) => {
    bytes += count;
    onProgress?.({ bytes, totalBytes, files: files.length });
  };
  for (const { file, path } of targets) await downloadFile({ client, file, path, signal, onBytes });
  return targets.map(({ path }) => path);
}

function targetPath(targetDir: string, { path }: ModelFile): string {
  if (isSafeRelativePath(path)) return join(resolve(targetDir), path);
  throw new SlipwayError(
    'invalid_model',
    `The model has a file "${path}", whose path leads out of the model.`,
  );
}

async function refuseExisting(path: string): Promise<void> {
  const present = await lstat(path).catch(() => undefined);
  if (present === undefined) return;
  throw new SlipwayError(
    'already_exists',
    `"${path}" is there already. Allow it to be replaced, or download elsewhere.`,
    {
      details: { path },
    },
  );
}

interface FileDownload {
  readonly client: HttpClient;
  readonly file: ModelFile;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: (count: number) => void;
}

async function downloadFile(download: FileDownload): Promise<void> {
  const { file, path } = download;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.part`;
  try {
    await using handle = await open(temporary, 'wx');
    const hash = createHash('sha256');
    await receive(download, handle, hash);
    if (`sha256:${hash.digest('hex')}` !== file.digest) throw damaged(file);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Asks for the rest again and again until all of the file is there. */
async function receive(download: FileDownload, handle: FileHandle, hash: Hash): Promise<void> {
  let offset = 0;
  for (let failures = 1; offset < download.file.size; failures++) {
    let broken: SlipwayError | undefined;
    try {
      for await (const chunk of await requestRest(download, offset)) {
        await handle.writeFile(chunk);
        hash.update(chunk);
        offset += chunk.byteLength;
        failures = 1;
        download.onBytes(chunk.byteLength);
      }
    } catch (thrown) {
      broken = failureOf(download, thrown);
      if (broken.code !== 'unavailable') throw broken;
    }
    const missing = offset < download.file.size;
    if (offset > download.file.size || (missing && failures > MAX_FAILURES))
      throw broken ?? damaged(download.file);
  }
}

function failureOf({ client, file, signal }: FileDownload, thrown: unknown): SlipwayError {
  return errorOfFailure(thrown, client.connection.url, { path: `/blobs/${file.digest}`, signal });
}

async function requestRest(
  { client, file, signal }: FileDownload,
  offset: number,
): Promise<AsyncIterable<Uint8Array>> {
  const headers = {
    accept: 'application/octet-stream',
    ...(offset > 0 && { range: `bytes=${offset}-` }),
  };
  const { body, status } = await client.open({ path: `/blobs/${file.digest}`, headers, signal });
  if (body !== null && (offset === 0 || status === 206)) return body;
  await body?.cancel();
  throw new SlipwayError('unsupported', `The server did not send "${file.path}" from byte ${offset} on.`);
}

function damaged({ path, digest }: ModelFile): SlipwayError {
  return new SlipwayError(
    'corrupt',
    `"${path}" arrived damaged: it does not match ${digest}. Download it again.`,
    {
      details: { path, digest },
    },
  );
}

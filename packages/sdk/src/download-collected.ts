import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isSafeRelativePath, SlipwayError } from '@slipway/contract';
import type { CollectedFile } from '@slipway/contract/api';
import type { HttpClient } from './http-client.ts';
import { errorOfFailure } from './http-errors.ts';

export interface DownloadDataOptions {
  /** Folder that gets the files, made if missing; the current folder if left out. */
  readonly targetDir?: string | undefined;
  /** Called before each file. */
  readonly onProgress?: ((file: CollectedFile, index: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes collected files below a folder, each complete or not there, in place of what an earlier call wrote; answers their paths.
 * `path` is that of the listing.
 */
export async function downloadCollected(
  client: HttpClient,
  path: string,
  files: readonly CollectedFile[],
  { targetDir = '.', onProgress, signal }: DownloadDataOptions,
): Promise<string[]> {
  const written: string[] = [];
  for (const [index, file] of files.entries()) {
    onProgress?.(file, index);
    if (!isSafeRelativePath(file.path)) throw leadsOut(file);
    const target = join(resolve(targetDir), file.path);
    await downloadFile(client, `${path}/content`, file.path, target, signal);
    written.push(target);
  }
  return written;
}

async function downloadFile(
  client: HttpClient,
  path: string,
  file: string,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const request = { path, query: { path: file }, headers: { accept: 'application/octet-stream' }, signal };
  const { body } = await client.open(request);
  await mkdir(dirname(target), { recursive: true });
  const temporary = `${target}.${randomUUID()}.part`;
  try {
    const source = body === null ? Readable.from([]) : Readable.fromWeb(body as never);
    await pipeline(source, createWriteStream(temporary, { flags: 'wx' }), { ...(signal && { signal }) });
    await rename(temporary, target);
  } catch (thrown) {
    throw errorOfFailure(thrown, client.connection.url, request);
  } finally {
    await rm(temporary, { force: true });
  }
}

function leadsOut({ path }: CollectedFile): SlipwayError {
  return new SlipwayError(
    'internal',
    `The server told of a file "${path}", whose path leads out of the folder.`,
  );
}

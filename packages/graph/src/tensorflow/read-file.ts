import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { GraphError } from '../graph-error.ts';
import type { SourceFile } from '../onnx/bytes.ts';
import { damaged, notRead } from './refusals.ts';

/** An open file, and as what it was opened. */
export interface OpenedFile extends SourceFile {
  readonly handle: FileHandle;
}

/** Opens a file for reading by range. Throws `GraphError` where it is missing or is no regular file. */
export async function openRegular(path: string): Promise<OpenedFile> {
  // A pipe of that name would otherwise keep us waiting for a writer.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
    (cause: unknown) => {
      throw unreadable(path, cause);
    },
  );
  const stats = await handle.stat();
  if (stats.isFile()) return { handle, path, size: stats.size, mtimeMs: stats.mtimeMs };
  await handle.close();
  throw new GraphError('invalid_file', `${path} is not a regular file.`);
}

/**
 * As `openRegular`, for a file that nobody named but the model. It lies in `folder` or below, also behind links: a
 * model from a stranger must not make a part of any other file into weights. Throws `GraphError` where it does not.
 */
export async function openInside(folder: string, path: string): Promise<OpenedFile> {
  const [root, real] = await Promise.all([realpath(folder), realpath(path)]).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const inside = relative(root, real);
  if (inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)) return openRegular(path);
  throw new GraphError(
    'invalid_file',
    `${path} is behind a link that leads out of the model's folder. Copy the file itself there, as cp -L does.`,
  );
}

/** Reads a file whole. Throws `GraphError` where it is missing, or larger than `limit` bytes. */
export async function readFileWithin(path: string, limit: number): Promise<Uint8Array> {
  return readOpened(await openRegular(path), limit);
}

/** As `readFileWithin`, for a file that lies in `folder` or below, also behind links. */
export async function readFileInside(folder: string, path: string, limit: number): Promise<Uint8Array> {
  return readOpened(await openInside(folder, path), limit);
}

async function readOpened({ handle, path, size }: OpenedFile, limit: number): Promise<Uint8Array> {
  try {
    if (size > limit)
      throw notRead(
        path,
        `It takes ${size} bytes, and no more than ${limit} are read.`,
        'Keep weights as variables, which stand in files beside it, instead of constants.',
      );
    return await readStart(path, handle, size);
  } finally {
    await handle.close();
  }
}

/** The first and the last bytes of a file, fewer where it is shorter: what tells formats apart. */
export async function readEnds(
  path: string,
  length: number,
): Promise<{ first: Uint8Array; last: Uint8Array }> {
  const { handle, size } = await openRegular(path);
  try {
    const count = Math.min(length, size);
    const first = await readStart(path, handle, count);
    const last = Buffer.alloc(count);
    await handle.read(last, 0, count, size - count);
    return { first, last };
  } finally {
    await handle.close();
  }
}

async function readStart(path: string, handle: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(size);
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(bytes, at, size - at, at);
    if (bytesRead === 0) throw damaged(path, at, 'it became shorter while it was read');
    at += bytesRead;
  }
  return bytes;
}

function unreadable(path: string, cause: unknown): GraphError {
  const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  const message = missing
    ? `${path} is not there. Copy it beside the model's other files, or mend the path.`
    : `${path} cannot be opened: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new GraphError('invalid_file', message, { cause });
}

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { GraphError } from '../graph-error.ts';
import { damaged, notRead } from './refusals.ts';

/** Opens a file for reading by range. Throws `GraphError` where it is missing or is no regular file. */
export async function openRegular(path: string): Promise<{ handle: FileHandle; size: number }> {
  // A pipe of that name would otherwise keep us waiting for a writer.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
    (cause: unknown) => {
      throw unreadable(path, cause);
    },
  );
  const stats = await handle.stat();
  if (stats.isFile()) return { handle, size: stats.size };
  await handle.close();
  throw new GraphError('invalid_file', `${path} is not a regular file.`);
}

/** Reads a file whole. Throws `GraphError` where it is missing, or larger than `limit` bytes. */
export async function readFileWithin(path: string, limit: number): Promise<Uint8Array> {
  const { handle, size } = await openRegular(path);
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

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { isSafeRelativePath, SlipwayError } from '@slipway/contract';

/** Files that one model may have; the API takes no more. */
const MAX_FILES = 100_000;

/** A file on this machine that becomes a file of a model. */
export interface LocalFile {
  /** Path inside the model, with `/`. */
  readonly path: string;
  /** Absolute path on this machine. */
  readonly source: string;
  readonly size: number;
}

/** Files of a model, and the name of the folder that they were in; a single file has none. */
export interface LocalFiles {
  readonly files: readonly LocalFile[];
  readonly folder?: string;
}

/**
 * The files of a model: the one file, or all files of a folder with their relative paths, hidden ones too, sorted. A symbolic
 * link inside a folder counts as the file that it names, and must name one inside the folder, so that nothing is uploaded that
 * was not meant. What `isIgnored` tells of a folder's file is left out. Throws `not_found` and `invalid_argument`.
 */
export async function listModelFiles(
  modelPath: string,
  isIgnored: (path: string) => boolean = () => false,
): Promise<LocalFiles> {
  const root = await realpath(modelPath).catch((cause) => {
    throw new SlipwayError('not_found', `The model path "${modelPath}" cannot be found.`, {
      details: { field: 'modelPath' },
      cause,
    });
  });
  const stats = await stat(root);
  if (stats.isFile()) {
    return { files: [{ path: checkPath(basename(modelPath)), source: root, size: stats.size }] };
  }
  if (!stats.isDirectory()) throw notAFile(modelPath);
  return { files: await listFolder(root, isIgnored), folder: checkPath(basename(resolve(modelPath))) };
}

async function listFolder(root: string, isIgnored: (path: string) => boolean): Promise<readonly LocalFile[]> {
  const files: LocalFile[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isDirectory() || isIgnored(pathIn(root, file))) continue;
    files.push(await localFile(root, file));
    if (files.length > MAX_FILES) throw tooMany(root);
  }
  if (files.length === 0) throw empty(root);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function localFile(root: string, file: string): Promise<LocalFile> {
  const source = await realpath(file).catch(() => undefined);
  if (source === undefined || !source.startsWith(root + sep)) throw leadsOutside(file);
  const stats = await stat(source);
  if (!stats.isFile()) throw notAFile(file);
  return { path: checkPath(pathIn(root, file)), source, size: stats.size };
}

function pathIn(root: string, file: string): string {
  return relative(root, file).split(sep).join('/');
}

function checkPath(path: string): string {
  if (isSafeRelativePath(path)) return path;
  throw badPath(`The name "${path}" cannot be kept in a model on every system. Rename the file.`);
}

/** The digest of a file's bytes; `onBytes` hears of each part that was read. */
export async function digestOfFile(
  source: string,
  onBytes: (count: number) => void,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(source, {
    highWaterMark: 1024 * 1024,
    ...(signal && { signal }),
  })) {
    hash.update(chunk);
    onBytes(chunk.length);
  }
  return `sha256:${hash.digest('hex')}`;
}

function badPath(message: string): SlipwayError {
  return new SlipwayError('invalid_argument', message, { details: { field: 'modelPath' } });
}

function notAFile(path: string): SlipwayError {
  return badPath(`"${path}" is neither a file nor a folder of files, so it cannot be part of a model.`);
}

function leadsOutside(path: string): SlipwayError {
  return badPath(
    `The symbolic link "${path}" leads out of the model's folder or nowhere. Put the file itself there ("cp -L" does).`,
  );
}

function empty(path: string): SlipwayError {
  return badPath(`The folder "${resolve(path)}" has no files, so it cannot be a model.`);
}

function tooMany(path: string): SlipwayError {
  return badPath(`The folder "${resolve(path)}" has more than ${MAX_FILES} files, too many for one model.`);
}

import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { SlipwayError, systemCode } from '@slipway/contract';

/** A file whose name says that it is an image. */
export interface ImageFile {
  /** Below the folder that was looked through, with `/` between its parts. */
  readonly name: string;
  readonly path: string;
}

/** What stands in a folder of images, and in the folders below it. */
export interface ImageFolder {
  readonly folder: string;
  /** Sorted by name, by code units: the same on every machine. */
  readonly images: readonly ImageFile[];
  /** Names of files that are no images; hidden ones are passed over in silence. */
  readonly others: readonly string[];
}

export interface FindImagesOptions {
  readonly signal?: AbortSignal | undefined;
  /** Files at most; more are an error. */
  readonly maxFiles?: number | undefined;
}

/** Names of files are kept in memory, some 200 bytes each; ImageNet has 1.3 million. */
const MAX_FILES = 2_000_000;

/** No set of images is laid out so deep, and a link to a folder above would have no end. */
const MAX_DEPTH = 32;

const EXTENSIONS: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.jpe', '.png', '.webp', '.gif']);

/**
 * All images in a folder and below it. Links are followed. Throws `not_found` where there is no such folder, and
 * `invalid_argument` for one that is too deep or holds too much, or whose entry cannot be read.
 */
export async function findImages(folder: string, options: FindImagesOptions = {}): Promise<ImageFolder> {
  const found: Found = { images: [], others: [], left: options.maxFiles ?? MAX_FILES };
  await walk({ folder, name: '', depth: 0 }, found, options);
  return { folder, images: found.images.sort(byName), others: found.others.sort() };
}

/** The folders in a folder, by name; hidden ones are passed over. Throws as `findImages` does. */
export async function findFolders(folder: string): Promise<readonly string[]> {
  const kinds = await Promise.all(
    (await entriesOf(folder)).map(async (entry) => ({
      name: entry.name,
      kind: await kindOf(join(folder, entry.name), entry),
    })),
  );
  return kinds
    .filter(({ kind }) => kind === 'folder')
    .map(({ name }) => name)
    .sort();
}

interface Found {
  readonly images: ImageFile[];
  readonly others: string[];
  left: number;
}

interface Place {
  readonly folder: string;
  readonly name: string;
  readonly depth: number;
}

async function walk({ folder, name, depth }: Place, found: Found, options: FindImagesOptions): Promise<void> {
  options.signal?.throwIfAborted();
  if (depth > MAX_DEPTH) {
    throw wrongFolder(
      folder,
      `it is ${depth} folders below the one of the samples; is a link in it to a folder above?`,
    );
  }
  for (const entry of await entriesOf(folder)) {
    const below = name === '' ? entry.name : `${name}/${entry.name}`;
    const path = join(folder, entry.name);
    const kind = await kindOf(path, entry);
    if (kind === 'folder') await walk({ folder: path, name: below, depth: depth + 1 }, found, options);
    else take({ name: below, path }, kind, found, folder, options.maxFiles ?? MAX_FILES);
  }
}

function take(file: ImageFile, kind: 'file' | 'other', found: Found, folder: string, most: number): void {
  found.left -= 1;
  if (found.left < 0)
    throw wrongFolder(folder, `there are more than the ${most} files that are looked at. Use fewer.`);
  if (kind === 'file' && EXTENSIONS.has(extname(file.name).toLowerCase())) found.images.push(file);
  else found.others.push(file.name);
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter(({ name }) => !name.startsWith('.'));
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code === 'ENOENT') {
      throw new SlipwayError('not_found', `There is no folder ${folder}: give one with images.`, {
        details: { path: folder },
        cause: thrown,
      });
    }
    if (code === 'ENOTDIR') throw wrongFolder(folder, 'it is a file. Give the folder that holds the images.');
    throw wrongFolder(folder, `it cannot be read (${code ?? String(thrown)}).`, thrown);
  }
}

async function kindOf(path: string, entry: Dirent): Promise<'file' | 'folder' | 'other'> {
  if (entry.isDirectory()) return 'folder';
  if (entry.isFile()) return 'file';
  if (!entry.isSymbolicLink()) return 'other';
  try {
    const target = await stat(path);
    if (target.isDirectory()) return 'folder';
    return target.isFile() ? 'file' : 'other';
  } catch (thrown) {
    throw wrongFolder(
      path,
      `it is a link that leads nowhere (${systemCode(thrown) ?? String(thrown)}). Remove it.`,
      thrown,
    );
  }
}

function wrongFolder(path: string, problem: string, cause?: unknown): SlipwayError {
  return new SlipwayError('invalid_argument', `${path}: ${problem}`, { details: { path }, cause });
}

function byName(one: ImageFile, other: ImageFile): number {
  if (one.name === other.name) return 0;
  return one.name < other.name ? -1 : 1;
}

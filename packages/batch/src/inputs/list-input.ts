import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { type BatchFormat, SlipwayError } from '@slipway/contract';

/** A file of the input. */
export interface InputFile {
  readonly path: string;
  /** Relative to the input, with `/`; a lone file's own name. */
  readonly name: string;
  readonly bytes: number;
}

/** What a job reads, as it was when the job looked. */
export interface InputListing {
  readonly format: BatchFormat;
  /** Sorted by name. */
  readonly files: readonly InputFile[];
  /** Over names, sizes and times of change. */
  readonly digest: string;
}

const FORMATS: Readonly<Record<string, BatchFormat>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.csv': 'csv',
  '.parquet': 'parquet',
};

/** A file that was found, by its path and by its name in what was walked through, with `/`. */
export interface FoundFile {
  readonly path: string;
  readonly name: string;
}

/**
 * The files of a file or folder. Hidden ones, and what lies in `output`, are left out. Without a format, files that all have the
 * ending of one kind of table are tables, and all others are files. Throws `not_found`, and `invalid_argument` if there are none.
 */
export async function listInput(
  input: string,
  output: string,
  asked: BatchFormat | null,
): Promise<InputListing> {
  const hash = createHash('sha256');
  const files: InputFile[] = [];
  for await (const { path, name } of walkFiles(input, new Set([output]))) {
    const { size, mtimeNs } = await stat(path, { bigint: true });
    files.push({ path, name, bytes: Number(size) });
    hash.update(`${name}\0${size}\0${mtimeNs}\n`);
  }
  if (files.length === 0) {
    throw new SlipwayError('invalid_argument', `There are no files in ${input}: there is nothing to score.`, {
      details: { field: 'input' },
    });
  }
  return Object.freeze({ format: asked ?? formatOf(files), files, digest: hash.digest('hex') });
}

function formatOf(files: readonly InputFile[]): BatchFormat {
  const formats = new Set(files.map(({ name }) => FORMATS[extname(name).toLowerCase()]));
  const [only, ...others] = formats;
  return others.length === 0 ? (only ?? 'files') : 'files';
}

/** A file, or all files of a folder and of those in it, sorted; without hidden ones and what `leftOut` names. Throws `not_found`. */
export async function* walkFiles(path: string, leftOut: ReadonlySet<string>): AsyncGenerator<FoundFile> {
  const found = await stat(path).catch((cause: Error) => {
    throw new SlipwayError('not_found', `${path} cannot be read: ${cause.message}.`, {
      details: { path },
      cause,
    });
  });
  if (found.isFile()) yield { path, name: basename(path) };
  else yield* walkFolder(path, '', leftOut);
}

async function* walkFolder(
  folder: string,
  prefix: string,
  leftOut: ReadonlySet<string>,
): AsyncGenerator<FoundFile> {
  const entries = await readdir(folder);
  // By code units, so that every machine has the same order.
  for (const entry of entries.sort((a, b) => (a < b ? -1 : 1))) {
    const path = join(folder, entry);
    if (entry.startsWith('.') || leftOut.has(path)) continue;
    const found = await stat(path).catch((cause: Error) => {
      throw new SlipwayError('not_found', `${path} cannot be read: ${cause.message}.`, { cause });
    });
    if (found.isDirectory()) yield* walkFolder(path, `${prefix}${entry}/`, leftOut);
    else if (found.isFile()) yield { path, name: prefix + entry };
  }
}

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '@slipway/oci';
import { writeJsonFile } from '@slipway/transport';
import { readJsonOfKind } from '../../home/json-of-kind.ts';
import { writeError } from '../../home/system-errors.ts';
import { isExecutable } from '../machine/search-path.ts';

/** What a build made, as its marker says; paths are absolute. */
export interface FinishedBuild {
  readonly kind: 'EnvironmentBuild';
  readonly hash: string;
  readonly tool: string;
  /** `3.11.7`; `null` for JavaScript. */
  readonly python: string | null;
  readonly interpreter: string | null;
  readonly sitePath: string | null;
  /** Folder of its programs, to stand first on the search path. */
  readonly bin: string | null;
  readonly env: Readonly<Record<string, string>>;
  /** How many packages it has, and all of them with their versions. */
  readonly packages: number;
  readonly lock: string;
  /** Bytes. */
  readonly size: number;
  readonly builtAt: string;
}

const MARKER = 'environment.json';

/**
 * The finished build in a folder; `undefined` if none was finished there or the Python that it stands on is gone. Each build is
 * made in an attempt of its own below the folder and never moved, because environments hold their own path; the marker,
 * written last, says which attempt is finished.
 */
export async function readFinished(folder: string): Promise<FinishedBuild | undefined> {
  const build = await readJsonOfKind<FinishedBuild>(join(folder, MARKER), 'EnvironmentBuild');
  if (build === undefined) return undefined;
  const stands = build.interpreter === null || (await isExecutable(build.interpreter));
  return stands ? build : undefined;
}

/** Makes the folder of a new attempt, and removes what is left of earlier ones. */
export async function beginAttempt(folder: string): Promise<string> {
  const attempt = join(folder, randomBytes(4).toString('hex'));
  try {
    await rm(folder, { recursive: true, force: true });
    await makeFolder(folder);
    await mkdir(attempt, { mode: 0o700 });
  } catch (thrown) {
    throw writeError(thrown, folder);
  }
  return attempt;
}

/** Marks a build as finished: from now on it is found. Its files must be on disk. */
export async function markFinished(attempt: string, build: FinishedBuild): Promise<void> {
  await writeJsonFile(join(dirname(attempt), MARKER), build);
}

/** Removes what is left of an attempt that failed. */
export async function dropAttempt(attempt: string): Promise<void> {
  await rm(dirname(attempt), { recursive: true, force: true });
}

/** The folders of attempts that were begun and never finished, in the folder of all builds. */
export async function unfinishedAttempts(parent: string): Promise<readonly string[]> {
  const left: string[] = [];
  for (const hash of await readdir(parent)) {
    const folder = join(parent, hash);
    if ((await readJsonOfKind<FinishedBuild>(join(folder, MARKER), 'EnvironmentBuild')) !== undefined)
      continue;
    const names = await readdir(folder).catch(() => []);
    left.push(...names.map((name) => join(folder, name)));
  }
  return left.filter((path) => !basename(path).startsWith(MARKER));
}

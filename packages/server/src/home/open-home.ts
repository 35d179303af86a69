import { chmod, readdir, realpath, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeFolder } from '@slipway/oci';
import { TEMPORARY_NAME } from '@slipway/transport';
import { type HomePaths, homePaths } from './home-paths.ts';
import { writeError } from './system-errors.ts';

/** The home folder when none is named: `$SLIPWAY_HOME`, else `~/.slipway`. */
export function defaultHome(environment: NodeJS.ProcessEnv): string {
  const named = environment['SLIPWAY_HOME'];
  return named === undefined || named === '' ? join(homedir(), '.slipway') : named;
}

/**
 * Makes the home folder and its parts where they are missing, for the owner's eyes only (0700), and returns its
 * paths with symbolic links resolved: the processes of this home are found by that path.
 * Throws `storage_full` when the folder cannot be written.
 */
export async function openHome(folder: string): Promise<HomePaths> {
  const wanted = resolve(folder);
  try {
    await makeFolder(wanted);
    const paths = homePaths(await realpath(wanted));
    await chmod(paths.root, 0o700);
    for (const part of [
      paths.store,
      paths.models,
      paths.sources,
      paths.scriptModelDirs,
      paths.cache,
      paths.environments,
      paths.conversions,
      paths.services,
      paths.replicas,
      paths.gateway,
    ]) {
      await makeFolder(part);
    }
    return paths;
  } catch (thrown) {
    throw writeError(thrown, wanted);
  }
}

/** Removes what writers that died left beside their files. Only to be called while holding the lock. */
export async function sweepTemporaryFiles(paths: HomePaths): Promise<void> {
  const folders = [paths.root, paths.gateway, paths.services, paths.replicas];
  for (const parent of [paths.services, paths.replicas]) {
    for (const entry of await readdir(parent)) folders.push(join(parent, entry));
  }
  for (const folder of folders) {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (TEMPORARY_NAME.test(entry.name))
        await rm(join(folder, entry.name), { force: true, recursive: true });
    }
  }
}

import { copyFile, link, mkdir, rename, stat, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BatchModel, systemCode } from '@slipway/contract';

/**
 * Puts models where scripts written for Azure look for them: a file or folder in `<name>/<version>/` below `folder`. Returns, for
 * each model, the folder with its files.
 */
export async function prepareModels(
  models: readonly BatchModel[],
  folder: string,
): Promise<readonly string[]> {
  return await Promise.all(
    models.map(async ({ name, version, path }) => {
      const place = join(folder, name, String(version));
      await mkdir(place, { recursive: true });
      const target = join(place, basename(path));
      if ((await stat(path)).isDirectory()) {
        await unlessThere(symlink(path, target));
        return path;
      }
      await unlessThere(linkOrCopy(path, target));
      return place;
    }),
  );
}

async function linkOrCopy(path: string, target: string): Promise<void> {
  try {
    await link(path, target);
  } catch (thrown) {
    if (systemCode(thrown) === 'EEXIST') throw thrown;
    await copyFile(path, `${target}.tmp`);
    await rename(`${target}.tmp`, target);
  }
}

async function unlessThere(made: Promise<void>): Promise<void> {
  await made.catch((thrown: unknown) => {
    if (systemCode(thrown) !== 'EEXIST') throw thrown;
  });
}

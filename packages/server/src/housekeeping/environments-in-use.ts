import { relative, sep } from 'node:path';
import type { HomePaths } from '../home/home-paths.ts';
import { scan } from '../resources/page.ts';
import type { Store } from '../store/store.ts';
import { readSpecs } from '../targets/local/replica-folder.ts';

/** Hashes of what was built that an environment names, a replica runs from, or somebody works on. */
export async function environmentsInUse(
  home: HomePaths,
  store: Store,
  inWork: () => readonly string[],
): Promise<ReadonlySet<string>> {
  // Before the store: what is no longer worked on has been noted there.
  const hashes = new Set(inWork());
  for (const { entry } of await readSpecs(home)) {
    const [hash] = relative(home.environments, entry?.interpreter ?? home.root).split(sep);
    if (hash !== undefined) hashes.add(hash);
  }
  await store.read(async (reader) => {
    for await (const { value } of scan(reader, 'environments', {})) {
      if (value.build !== null) hashes.add(value.build.hash);
    }
  });
  return hashes;
}

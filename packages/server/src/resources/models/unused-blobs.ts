import type { Collected, ContentStore } from '@slipway/oci';
import type { Store } from '../../store/store.ts';
import { scan } from '../page.ts';
import { liveModels } from './users.ts';

/** Removes blobs that no model and no service needs and that are older than the grace. */
export async function collectUnusedBlobs(
  store: Store,
  contentStore: ContentStore,
  graceMs: number,
): Promise<Collected> {
  return contentStore.maintenance.collect({ keep: await digestsInUse(store), graceMs });
}

function digestsInUse(store: Store): Promise<ReadonlySet<string>> {
  return store.read(async (reader) => {
    const digests = new Set<string>();
    for await (const { value } of scan(reader, 'models', {})) digests.add(value.digest);
    for await (const { value } of scan(reader, 'services', {})) {
      for (const model of await liveModels(reader, value)) digests.add(model.digest);
      // A service can go back to any of its revisions, and their sources are registered nowhere else.
      for await (const revision of scan(reader, 'revisions', { where: { serviceUid: value.uid } })) {
        if (revision.value.script !== undefined) digests.add(revision.value.script.digest);
      }
    }
    return digests;
  });
}

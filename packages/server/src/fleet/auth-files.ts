import { mkdir } from 'node:fs/promises';
import type { ServiceAuth } from '@slipway/contract';
import { writeJsonFile } from '@slipway/transport';
import type { HomePaths } from '../home/home-paths.ts';
import { readJsonOfKind } from '../home/json-of-kind.ts';
import { scan } from '../resources/page.ts';
import type { ServiceRecord } from '../store/collections.ts';
import type { Store } from '../store/store.ts';

/** The key files that replicas watch. */
export interface AuthFiles {
  /** Writes the file unless it is as new as the record; returns the generation in it. */
  write(service: ServiceRecord): Promise<number>;
  /** The same for the service with this id, if there is one. */
  ensure(serviceUid: string): Promise<void>;
}

/** Key files in the folders of services; `authOf` says what stands in one. */
export function createAuthFiles(
  home: HomePaths,
  store: Store,
  authOf: (service: ServiceRecord) => ServiceAuth,
): AuthFiles {
  let writing: Promise<unknown> = Promise.resolve();

  /** One after the other, so that an older generation never replaces a newer one. */
  function write(service: ServiceRecord): Promise<number> {
    const written = writing.catch(() => undefined).then(() => writeNow(service));
    writing = written;
    return written;
  }

  async function writeNow(service: ServiceRecord): Promise<number> {
    const file = home.serviceAuth(service.uid);
    const before = await readJsonOfKind<ServiceAuth>(file, 'ServiceAuth');
    if (before !== undefined && before.generation >= service.authGeneration) return before.generation;
    await mkdir(home.service(service.uid), { recursive: true, mode: 0o700 });
    await writeJsonFile(file, authOf(service));
    return service.authGeneration;
  }

  async function ensure(serviceUid: string): Promise<void> {
    const service = await store.read(async (reader) => {
      for await (const { value } of scan(reader, 'services', { where: { uid: serviceUid } })) return value;
      return undefined;
    });
    if (service !== undefined) await write(service);
  }

  return { write, ensure };
}

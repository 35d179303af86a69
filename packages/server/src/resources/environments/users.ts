import { parseVersionedName } from '@slipway/contract';
import type { EnvironmentRecord } from '../../store/collections.ts';
import type { Reader } from '../../store/store.ts';
import { liveRevisions } from '../models/users.ts';
import { scan } from '../page.ts';

/** The services, as `services/name`, whose wanted or active revision runs its script in this environment version. */
export async function servicesInEnvironment(
  reader: Reader,
  environment: EnvironmentRecord,
): Promise<readonly string[]> {
  const users: string[] = [];
  const where = { workspace: environment.workspace };
  for await (const { value } of scan(reader, 'services', { where })) {
    const revisions = await liveRevisions(reader, value);
    if (revisions.some(({ script }) => refersTo(script?.environment ?? null, environment))) {
      users.push(`services/${value.name}`);
    }
  }
  return users;
}

/** A reference without a version is to the newest. */
function refersTo(reference: string | null, { name, version, latest }: EnvironmentRecord): boolean {
  if (reference === null) return false;
  const wanted = parseVersionedName('environment', reference);
  return wanted.name === name && (wanted.version === undefined ? latest : wanted.version === version);
}

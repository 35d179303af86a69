import { modelId, WEIGHTS_PROPERTY } from '@slipway/contract';
import type { ModelRecord, ModelVersion, RevisionRecord } from '../../store/collections.ts';
import type { Reader } from '../../store/store.ts';
import { scan } from '../page.ts';
import { type RegisteredVersion, selectVersions } from './select-versions.ts';

const NOTHING: ReadonlySet<string> = new Set();

/**
 * A revision with the versions that its selections ask for now: other ones may have been registered since it was made.
 * `unusable` are ids of versions that could not be loaded: for a policy they are as if they were not there.
 */
export async function withCurrentVersions(
  reader: Reader,
  workspace: string,
  revision: RevisionRecord,
  unusable = NOTHING,
): Promise<RevisionRecord> {
  const { models, selections } = revision;
  if (selections === undefined) return revision;
  const names = [...new Set(models.map(({ name }) => name))];
  const current = await Promise.all(
    names.map(async (name): Promise<readonly ModelVersion[]> => {
      const before = models.filter((model) => model.name === name);
      const selection = selections.find((one) => one.name === name);
      if (selection === undefined) return before;
      const registered = await versionsOf(reader, workspace, name);
      const usable = registered.filter(({ version }) => !unusable.has(modelId(name, version)));
      const chosen = selectVersions(usable, selection);
      // With none that could be tried, it is tried again what was asked for.
      return chosen.length > 0 ? chosen : before;
    }),
  );
  return { ...revision, models: current.flat() };
}

/** All registered versions of a model, newest first. */
export async function versionsOf(
  reader: Reader,
  workspace: string,
  name: string,
): Promise<readonly RegisteredVersion[]> {
  const versions: RegisteredVersion[] = [];
  for await (const { value } of scan(reader, 'models', { where: { workspace, name } })) {
    versions.push(registeredVersion(value));
  }
  return versions.toSorted((one, other) => other.version - one.version);
}

/** A model as services know it. */
export function registeredVersion({ name, version, digest, properties }: ModelRecord): RegisteredVersion {
  const weights = properties[WEIGHTS_PROPERTY];
  return { name, version, digest, ...(weights !== undefined && { weights }) };
}

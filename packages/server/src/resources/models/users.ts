import type { ModelRecord, ModelVersion, RevisionRecord, ServiceRecord } from '../../store/collections.ts';
import type { Reader } from '../../store/store.ts';
import { scan } from '../page.ts';
import { withCurrentVersions } from '../services/current-versions.ts';
import { revisionKey } from '../services/revisions.ts';

/** The services, as `services/name`, whose wanted or active revision has this model version. */
export async function servicesThatUse(reader: Reader, model: ModelRecord): Promise<readonly string[]> {
  const users: string[] = [];
  for await (const { value } of scan(reader, 'services', { where: { workspace: model.workspace } })) {
    const models = await liveModels(reader, value);
    if (models.some(({ name, version }) => name === model.name && version === model.version)) {
      users.push(`services/${value.name}`);
    }
  }
  return users;
}

/** The models of what a service is to run and of what it runs. */
export async function liveModels(reader: Reader, service: ServiceRecord): Promise<readonly ModelVersion[]> {
  return (await liveRevisions(reader, service)).flatMap(({ models }) => models);
}

/** What a service is to run and what it runs, with the versions that they ask for now. */
export async function liveRevisions(
  reader: Reader,
  service: ServiceRecord,
): Promise<readonly RevisionRecord[]> {
  const status = await reader.get('serviceStatus', service.name);
  const active = status?.value.uid === service.uid ? status.value.activeRevision : null;
  const numbers = new Set([service.revision, active ?? service.revision]);
  const revisions = await Promise.all(
    [...numbers].map((number) => reader.get('revisions', revisionKey(service.uid, number))),
  );
  return await Promise.all(
    revisions.flatMap((revision) =>
      revision === undefined ? [] : withCurrentVersions(reader, service.workspace, revision.value),
    ),
  );
}

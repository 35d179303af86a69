import { checkName, parseModelReference, SlipwayError } from '@slipway/contract';
import type { ServiceQuery } from '@slipway/contract/api';
import type { ServiceRecord } from '../../store/collections.ts';
import type { Reader, Stored } from '../../store/store.ts';
import { attributeFilters } from '../attributes.ts';
import { readPage, type StoredPage } from '../page.ts';
import { requireWorkspace } from '../workspaces/workspaces.ts';
import { revisionKey } from './revisions.ts';

/** Throws `not_found`, `invalid_argument`. */
export async function requireService(
  reader: Reader,
  workspace: string,
  name: string,
): Promise<Stored<ServiceRecord>> {
  checkName('service', name);
  await requireWorkspace(reader, workspace);
  const found = await reader.get('services', name);
  if (found?.value.workspace === workspace) return found;
  throw new SlipwayError(
    'not_found',
    `WebserviceNotFound: Webservice with name ${name} not found in provided workspace "${workspace}".`,
    { details: { service: name, workspace } },
  );
}

/** The service, if it may be changed. Throws `conflict` if it is being deleted. */
export function changeable(service: Stored<ServiceRecord>): Stored<ServiceRecord> {
  if (!service.value.deleting) return service;
  throw new SlipwayError(
    'conflict',
    `The service "${service.value.name}" is being deleted. Wait for operation ${service.value.operationId} to end.`,
    { details: { operationId: service.value.operationId } },
  );
}

/** A page of services, oldest first. `model` looks at the revision that is wanted. */
export async function listServices(
  reader: Reader,
  workspace: string,
  query: ServiceQuery,
): Promise<StoredPage<ServiceRecord>> {
  await requireWorkspace(reader, workspace);
  const { model, computeTarget } = query;
  const wanted = model === undefined ? undefined : parseModelReference(model);
  return readPage(
    reader,
    'services',
    query,
    {
      where: { workspace, ...(computeTarget !== undefined && { computeTarget }) },
      attributes: attributeFilters(query),
    },
    async ({ value }) => {
      if (wanted === undefined) return true;
      const revision = await reader.get('revisions', revisionKey(value.uid, value.revision));
      return (revision?.value.models ?? []).some(
        ({ name, version }) => name === wanted.name && (wanted.version ?? version) === version,
      );
    },
  );
}

import { checkName, parseVersionedName, SlipwayError } from '@slipway/contract';
import type { EnvironmentQuery } from '@slipway/contract/api';
import type { EnvironmentRecord } from '../../store/collections.ts';
import type { Reader, Stored } from '../../store/store.ts';
import { attributeFilters } from '../attributes.ts';
import { readPage, type StoredPage } from '../page.ts';
import { requireWorkspace } from '../workspaces/workspaces.ts';

/** `name:version` */
export function environmentId({ name, version }: Pick<EnvironmentRecord, 'name' | 'version'>): string {
  return `${name}:${version}`;
}

/** Where an environment version is kept. */
export function environmentKey(workspace: string, name: string, version: number): string {
  return `${workspace}/${environmentId({ name, version })}`;
}

/** The version that `name:version` names, or the newest of `name`. Throws `not_found`, `invalid_argument`. */
export async function findEnvironment(
  reader: Reader,
  workspace: string,
  reference: string,
  field = 'environment',
): Promise<Stored<EnvironmentRecord>> {
  const { name, version } = parseVersionedName('environment', reference, field);
  await requireWorkspace(reader, workspace);
  const found =
    version === undefined
      ? await newestEnvironment(reader, workspace, name)
      : await reader.get('environments', environmentKey(workspace, name, version));
  if (found !== undefined) return found;
  throw new SlipwayError(
    'not_found',
    `There is no environment "${reference}" in the workspace "${workspace}". Register it first: slipway environment create.`,
    { details: { field, environment: reference, workspace } },
  );
}

/** The newest version of a name, if it has any. */
export async function newestEnvironment(
  reader: Reader,
  workspace: string,
  name: string,
): Promise<Stored<EnvironmentRecord> | undefined> {
  const where = { workspace, name };
  const [newest] = await reader.list('environments', { where, order: 'newest', limit: 1 });
  return newest;
}

/** A page of environments, newest first. Throws `not_found` (workspace), `invalid_argument`. */
export async function listEnvironments(
  reader: Reader,
  workspace: string,
  query: EnvironmentQuery,
): Promise<StoredPage<EnvironmentRecord>> {
  await requireWorkspace(reader, workspace);
  const { name, latest } = query;
  if (name !== undefined) checkName('environment', name);
  return readPage(reader, 'environments', query, {
    where: { workspace, ...(name !== undefined && { name }), ...(latest === true && { latest }) },
    attributes: attributeFilters(query),
    order: 'newest',
  });
}

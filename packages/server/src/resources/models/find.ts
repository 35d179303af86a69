import { checkName, modelId, parseModelReference, SlipwayError } from '@slipway/contract';
import type { ModelQuery } from '@slipway/contract/api';
import type { ModelRecord } from '../../store/collections.ts';
import type { Reader, Stored } from '../../store/store.ts';
import { attributeFilters } from '../attributes.ts';
import { readPage, type StoredPage } from '../page.ts';
import { requireWorkspace } from '../workspaces/workspaces.ts';

/** Where a model version is kept. */
export function modelKey(workspace: string, name: string, version: number): string {
  return `${workspace}/${modelId(name, version)}`;
}

/** The version that `name:version` names, or the newest of `name`. Throws `not_found`, `invalid_argument`. */
export async function findModel(
  reader: Reader,
  workspace: string,
  reference: string,
  field = 'model',
): Promise<Stored<ModelRecord>> {
  const { name, version } = parseModelReference(reference, field);
  await requireWorkspace(reader, workspace);
  const found =
    version === undefined
      ? await newestModel(reader, workspace, name)
      : await reader.get('models', modelKey(workspace, name, version));
  if (found !== undefined) return found;
  const what = version === undefined ? `name ${name}` : `ID ${reference}`;
  throw new SlipwayError(
    'not_found',
    `ModelNotFound: Model with ${what} not found in provided workspace "${workspace}".`,
    { details: { field, model: reference, workspace } },
  );
}

/** The newest version of a name, if it has any. */
export async function newestModel(
  reader: Reader,
  workspace: string,
  name: string,
): Promise<Stored<ModelRecord> | undefined> {
  const [newest] = await reader.list('models', { where: { workspace, name }, order: 'newest', limit: 1 });
  return newest;
}

/** A page of models, newest first. Throws `not_found` (workspace), `invalid_argument`. */
export async function listModels(
  reader: Reader,
  workspace: string,
  query: ModelQuery,
): Promise<StoredPage<ModelRecord>> {
  await requireWorkspace(reader, workspace);
  const { name, framework, latest } = query;
  if (name !== undefined) checkName('model', name);
  return readPage(reader, 'models', query, {
    where: {
      workspace,
      ...(name !== undefined && { name }),
      ...(framework !== undefined && { framework }),
      ...(latest === true && { latest }),
    },
    attributes: attributeFilters(query),
    order: 'newest',
  });
}

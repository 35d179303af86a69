import { parseModelReference } from '@slipway/contract';
import { Model, type Workspace } from '@slipway/sdk';

/** The model that `name:version` means, or the newest version of `name`. */
export async function findModel(workspace: Workspace, reference: string): Promise<Model> {
  return await Model.get({ workspace, ...parseModelReference(reference) });
}

import { parseVersionedName } from '@slipway/contract';
import { Environment, type Workspace } from '@slipway/sdk';

/** The environment that `name:version` means, or the newest version of `name`. */
export async function findEnvironment(workspace: Workspace, reference: string): Promise<Environment> {
  return await Environment.get({ workspace, ...parseVersionedName('environment', reference) });
}

import { type DeploymentSettings, settingsOfFile } from '@slipway/sdk';
import { readDocument } from './read-document.ts';

/**
 * Settings from a JSON or YAML file: our own, or Azure's `deploymentconfig.json`. The control plane checks values of our own.
 * Throws `not_found` and `invalid_argument`.
 */
export async function readConfigFile(
  path: string,
  purpose: 'deploy' | 'update',
): Promise<DeploymentSettings> {
  return settingsOfFile(await readDocument('configuration', path), purpose);
}

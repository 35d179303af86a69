import type { DeploymentSettings } from '../deployment-settings.ts';
import type { AksDeploymentOptions } from './aks-options.ts';
import { type ConfigurationProblem, refuseConfiguration } from './configuration-error.ts';
import { configurationProblems, type Purpose } from './configuration-problems.ts';
import { AKS_OPTIONS, AZURE_FIELDS } from './fields.ts';

/** Azure's parameters as settings of ours. Throws `invalid_argument` with all problems, a line each, `further` ones first. */
export function settingsOfOptions(
  options: AksDeploymentOptions,
  purpose: Purpose,
  further: readonly ConfigurationProblem[] = [],
): DeploymentSettings {
  refuseConfiguration([...further, ...configurationProblems(options, purpose)]);
  const settings: Record<string, unknown> = {};
  for (const option of AKS_OPTIONS) {
    const { ours } = AZURE_FIELDS[option];
    const value = options[option];
    if (ours !== null && value !== undefined && value !== null) settings[ours] = value;
  }
  // Azure's own examples ask for tokens without a word about keys.
  if (options.tokenAuthEnabled === true) settings['authEnabled'] = false;
  return Object.freeze(settings) as DeploymentSettings;
}

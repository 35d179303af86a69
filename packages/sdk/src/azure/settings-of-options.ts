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
    if (ours === null || value === undefined || value === null) continue;
    place(settings, ours, option === 'autoscaleEnabled' ? enabled(value === true) : value);
  }
  // Azure's own examples ask for tokens without a word about keys.
  if (options.tokenAuthEnabled === true) settings['authEnabled'] = false;
  return Object.freeze(settings) as DeploymentSettings;
}

/** A name with a dot names a field of an object. */
function place(settings: Record<string, unknown>, name: string, value: unknown): void {
  const [first = name, second] = name.split('.');
  settings[first] =
    second === undefined ? value : { ...(settings[first] as object | undefined), [second]: value };
}

/** Comes before what more is said of it. */
function enabled(isEnabled: boolean): DeploymentSettings['autoscaler'] {
  return isEnabled ? {} : null;
}

/** The same for a new service on Azure's Kubernetes, which follows its load where no number of replicas is said. */
export function settingsOfAks(
  options: AksDeploymentOptions,
  further: readonly ConfigurationProblem[] = [],
): DeploymentSettings {
  const settings = settingsOfOptions(options, 'deploy', further);
  const isSaid = settings.numReplicas !== undefined || settings.autoscaler !== undefined;
  return isSaid ? settings : Object.freeze({ ...settings, autoscaler: {} });
}

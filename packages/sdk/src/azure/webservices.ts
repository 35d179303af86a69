import type { DeploymentSettings } from '../deployment-settings.ts';
import type { AksDeploymentOptions } from './aks-options.ts';
import { localSettings } from './local-settings.ts';
import { settingsOfAks } from './settings-of-options.ts';

/** Services as on Azure's Kubernetes: `AksWebservice.deployConfiguration({cpuCores: 2, numReplicas: 3})`. */
export const AksWebservice = Object.freeze({
  /**
   * For `Model.deploy`; without a number of replicas, they follow the load. Throws `invalid_argument` with all problems, a
   * line each, in Azure's words.
   */
  deployConfiguration(options: AksDeploymentOptions = {}): DeploymentSettings {
    return settingsOfAks(options);
  },
});

/** Services as on the machine of a developer: anybody there may call them. */
export const LocalWebservice = Object.freeze({
  /** For `Model.deploy`. Throws `invalid_argument` for a port that cannot be one. */
  deployConfiguration({ port }: { readonly port?: number | null | undefined } = {}): DeploymentSettings {
    return localSettings(port);
  },
});

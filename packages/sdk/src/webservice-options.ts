import type { AksUpdateOptions } from './azure/aks-options.ts';
import type { CallOptions } from './call-options.ts';
import type { DeploymentSettings } from './deployment-settings.ts';
import type { Filters } from './filters.ts';
import type { InferenceChange, InferenceConfig } from './inference-config.ts';
import type { ModelVersions } from './model-selection.ts';
import type { WaitOptions } from './operation.ts';
import type { UploadProgress } from './upload-files.ts';
import type { Workspace } from './workspace.ts';

export interface ListWebservicesOptions extends CallOptions {
  readonly workspace: Workspace;
  /** `name` or `name:version` */
  readonly model?: string | undefined;
  readonly computeTarget?: string | undefined;
  readonly tags?: Filters | undefined;
  readonly properties?: Filters | undefined;
}

export interface WaitForDeploymentOptions extends WaitOptions {
  /** Prints states and log lines as Azure's SDK does, to standard output or to `print`. */
  readonly showOutput?: boolean | undefined;
  readonly print?: ((text: string) => void) | undefined;
}

/** Azure's parameters by their names go before what `deploymentConfig` says. */
export interface UpdateServiceOptions extends CallOptions, Omit<AksUpdateOptions, 'description'> {
  /** Each a `Model`, or an id, or a model whose versions follow a policy. */
  readonly models?: readonly ({ readonly id: string } | string | ModelVersions)[] | undefined;
  readonly description?: string | null | undefined;
  /** Replace the tags there are. */
  readonly tags?: AksUpdateOptions['tags'];
  /** Added to the properties there are. */
  readonly properties?: AksUpdateOptions['properties'];
  /** Another script with its sources, or something else for the script to run in; what is left out stays. `null`: no script any more. */
  readonly inferenceConfig?: InferenceConfig | InferenceChange | null | undefined;
  /** Hears how far the upload of sources is. */
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Takes devices that other services hold: these are scaled to 0 replicas. Without it, such an update is `unschedulable`. */
  readonly replace?: boolean | undefined;
  /** Changes the settings it names and leaves the others. */
  readonly deploymentConfig?: DeploymentSettings | undefined;
}

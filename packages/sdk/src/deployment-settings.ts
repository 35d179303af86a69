import type { PartialDeploymentConfig, ServiceCreate } from '@slipway/contract/api';

/** What a deployment says beside how the service runs. */
type ServiceFields = Pick<
  ServiceCreate,
  'description' | 'tags' | 'properties' | 'primaryKey' | 'secondaryKey' | 'computeTarget'
>;

/** All that can be said of a deployment in one object or file: how the service runs, what it is for, its keys, its place. */
export type DeploymentSettings = PartialDeploymentConfig &
  ServiceFields & {
    /** The port that the service must answer at. It is checked: all services of a machine answer at its gateway. */
    readonly port?: number | undefined;
  };

/** Settings in the two parts of a request: `config`, and what stands beside it. */
export interface SplitSettings {
  readonly config: PartialDeploymentConfig | undefined;
  readonly fields: ServiceFields;
  readonly port: number | undefined;
}

/** Parts settings as requests do; what is not known stays in `config`, where the control plane refuses it by its path. */
export function splitSettings(settings: DeploymentSettings = {}): SplitSettings {
  const { description, tags, properties, primaryKey, secondaryKey, computeTarget, port, ...config } =
    settings;
  return {
    port,
    config: Object.keys(config).length === 0 ? undefined : config,
    fields: {
      ...(description !== undefined && { description }),
      ...(tags !== undefined && { tags }),
      ...(properties !== undefined && { properties }),
      ...(primaryKey !== undefined && { primaryKey }),
      ...(secondaryKey !== undefined && { secondaryKey }),
      ...(computeTarget !== undefined && { computeTarget }),
    },
  };
}

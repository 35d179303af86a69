import {
  type AuthMode,
  DEFAULT_DEPLOYMENT,
  type DeploymentConfig,
  type PartialDeploymentConfig,
} from '@slipway/contract/api';
import type { FieldProblem } from '../field-problems.ts';
import { batchingProblems } from './batching-problems.ts';

/** The configuration with what was given in place of what `base` says. */
export function completeConfig(
  given: PartialDeploymentConfig | undefined,
  base: DeploymentConfig = DEFAULT_DEPLOYMENT,
): DeploymentConfig {
  return Object.freeze({ ...base, ...given });
}

/** What is wrong with a complete configuration beyond the ranges of its single fields. */
export function configProblems(config: DeploymentConfig): readonly FieldProblem[] {
  return [
    ...authProblems(config),
    ...memoryProblems(config),
    ...healthCheckProblems(config),
    ...batchingProblems(config),
  ];
}

function authProblems({ authEnabled, tokenAuthEnabled }: DeploymentConfig): readonly FieldProblem[] {
  if (!authEnabled || !tokenAuthEnabled) return [];
  return [
    {
      field: 'config.tokenAuthEnabled',
      message: 'and config.authEnabled cannot both be true: set authEnabled to false to use tokens',
    },
  ];
}

function memoryProblems({ memoryGb, memoryGbLimit }: DeploymentConfig): readonly FieldProblem[] {
  if (memoryGbLimit === null || memoryGbLimit >= memoryGb) return [];
  return [
    {
      field: 'config.memoryGbLimit',
      message: `must not be less than config.memoryGb: ${memoryGbLimit} < ${memoryGb}`,
    },
  ];
}

function healthCheckProblems({ periodSeconds, timeoutSeconds }: DeploymentConfig): readonly FieldProblem[] {
  if (timeoutSeconds <= periodSeconds) return [];
  return [
    {
      field: 'config.timeoutSeconds',
      message: `must not be more than config.periodSeconds: ${timeoutSeconds} > ${periodSeconds}`,
    },
  ];
}

/** How callers of a service with this configuration show who they are. */
export function authModeOf(config: DeploymentConfig): AuthMode {
  if (config.tokenAuthEnabled) return 'token';
  return config.authEnabled ? 'key' : 'none';
}

import {
  type AuthMode,
  DEFAULT_DEPLOYMENT,
  type DeploymentConfig,
  type PartialDeploymentConfig,
} from '@slipway/contract/api';
import type { FieldProblem } from '../field-problems.ts';
import { batchingProblems } from './batching-problems.ts';

/** The configuration with what was given in place of what `base` says. A base that an older version wrote has fewer fields. */
export function completeConfig(
  given: PartialDeploymentConfig | undefined,
  base?: PartialDeploymentConfig,
): DeploymentConfig {
  return Object.freeze({ ...DEFAULT_DEPLOYMENT, ...base, ...given });
}

/** What is wrong with a complete configuration beyond the ranges of its single fields. */
export function configProblems(config: DeploymentConfig): readonly FieldProblem[] {
  return [
    ...authProblems(config),
    ...memoryProblems(config),
    ...healthCheckProblems(config),
    ...originProblems(config),
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

/** Origins are compared letter by letter with what browsers send, so that one written in another way would never call. */
function originProblems({ corsOrigins }: DeploymentConfig): readonly FieldProblem[] {
  return corsOrigins.flatMap((origin, index) => {
    const sent = origin === '*' ? origin : originOf(origin);
    if (sent === origin) return [];
    const advice = sent === undefined ? '' : `; for "${origin}" write "${sent}"`;
    const message = `must be "*" or an origin as browsers send it, such as "https://app.example"${advice}`;
    return [{ field: `config.corsOrigins[${index}]`, message }];
  });
}

/** Scheme, host, and the port where it is not the scheme's own; `undefined` if the text is no URL of one host. */
function originOf(text: string): string | undefined {
  const url = URL.parse(text);
  return url === null || url.host === '' || url.host.includes('*')
    ? undefined
    : `${url.protocol}//${url.host}`;
}

/** How callers of a service with this configuration show who they are. */
export function authModeOf(config: DeploymentConfig): AuthMode {
  if (config.tokenAuthEnabled) return 'token';
  return config.authEnabled ? 'key' : 'none';
}

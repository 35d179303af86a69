import {
  type AuthMode,
  type Autoscaler,
  DEFAULT_AUTOSCALER,
  DEFAULT_DEPLOYMENT,
  type DeploymentConfig,
  type PartialDeploymentConfig,
} from '@slipway/contract/api';
import type { FieldProblem } from '../field-problems.ts';
import { batchingProblems } from './batching-problems.ts';
import { deviceProblems } from './devices.ts';
import { providerProblems } from './provider-problems.ts';

/** Every request: that is what turning it on promises. */
const INSIGHTS_SAMPLE_RATIO = 1;

/**
 * The configuration with what was given in place of what `base` says, of devices class by class. A base that an older version
 * wrote has fewer fields.
 */
export function completeConfig(
  given: PartialDeploymentConfig | undefined,
  base?: PartialDeploymentConfig,
): DeploymentConfig {
  const turnedOff = base?.enableAppInsights === true && given?.enableAppInsights === false;
  return Object.freeze({
    ...DEFAULT_DEPLOYMENT,
    ...base,
    ...(turnedOff && { tracing: null }),
    ...given,
    devices: { ...base?.devices, ...given?.devices },
    autoscaler: completeAutoscaler(given, base),
  });
}

/** Whoever says a number of replicas wants just so many. */
function completeAutoscaler(
  given: PartialDeploymentConfig | undefined,
  base: PartialDeploymentConfig | undefined,
): Autoscaler | null {
  const unsaid = given?.numReplicas === undefined ? base?.autoscaler : null;
  const asked = given?.autoscaler === undefined ? unsaid : given.autoscaler;
  return asked == null ? null : { ...DEFAULT_AUTOSCALER, ...base?.autoscaler, ...asked };
}

/** The configuration with the server's collector (its URL, or `null`) where it asks for tracing and names none. */
export function withCollector(config: DeploymentConfig, collector: string | null): DeploymentConfig {
  if (!config.enableAppInsights || config.tracing !== null || collector === null) return config;
  const tracing = { endpoint: collector, sampleRatio: INSIGHTS_SAMPLE_RATIO };
  return Object.freeze({ ...config, tracing });
}

/** What is wrong with a complete configuration beyond the ranges of its single fields. */
export function configProblems(config: DeploymentConfig): readonly FieldProblem[] {
  return [
    ...authProblems(config),
    ...autoscalerProblems(config),
    ...limitProblems(config, 'cpuCores'),
    ...limitProblems(config, 'memoryGb'),
    ...healthCheckProblems(config),
    ...insightsProblems(config),
    ...originProblems(config),
    ...batchingProblems(config),
    ...deviceProblems(config),
    ...providerProblems(config),
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

function autoscalerProblems({ autoscaler }: DeploymentConfig): readonly FieldProblem[] {
  if (autoscaler === null || autoscaler.minReplicas <= autoscaler.maxReplicas) return [];
  const { minReplicas, maxReplicas } = autoscaler;
  return [
    {
      field: 'config.autoscaler.minReplicas',
      message: `cannot be greater than config.autoscaler.maxReplicas: ${minReplicas} > ${maxReplicas}`,
    },
  ];
}

/** Replicas that a service begins with, and for which there must be room: one must prove that the revision works. */
export function firstReplicas({ autoscaler, numReplicas }: DeploymentConfig): number {
  return autoscaler == null ? numReplicas : Math.max(1, autoscaler.minReplicas);
}

/** What contradicts itself in what was given; `base` is what it is to change. */
export function scalingProblems(
  given: PartialDeploymentConfig | undefined,
  base?: DeploymentConfig,
): readonly FieldProblem[] {
  const field = 'config.autoscaler';
  if (given?.autoscaler != null && given.numReplicas !== undefined) {
    const message = 'autoscale enabled and num_replicas provided: say one of the two';
    return [{ field, message }];
  }
  if (given?.autoscaler === null && given.numReplicas === undefined && base?.autoscaler != null) {
    const message = 'autoscale disabled but num_replicas not provided: say numReplicas, too';
    return [{ field, message }];
  }
  return [];
}

function limitProblems(config: DeploymentConfig, field: 'cpuCores' | 'memoryGb'): readonly FieldProblem[] {
  const [asked, limit] = [config[field], config[`${field}Limit`]];
  if (limit === null || limit >= asked) return [];
  return [
    {
      field: `config.${field}Limit`,
      message: `must not be less than config.${field}: ${limit} < ${asked}`,
    },
  ];
}

function insightsProblems({ enableAppInsights, tracing }: DeploymentConfig): readonly FieldProblem[] {
  if (!enableAppInsights || tracing !== null) return [];
  return [
    {
      field: 'config.enableAppInsights',
      message:
        'needs a collector, and the server was given none: start it with OTEL_EXPORTER_OTLP_ENDPOINT set, or name one in config.tracing',
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

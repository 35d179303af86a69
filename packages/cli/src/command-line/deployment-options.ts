import { Option } from '@commander-js/extra-typings';
import type { BatchingMode } from '@slipway/contract';
import type { PartialDeploymentConfig } from '@slipway/contract/api';
import { apiCommand } from './define.ts';
import { pair, positiveNumber, repeated, seconds, wholeNumber } from './parsers.ts';
import { readConfigFile } from './read-config-file.ts';

/** A command that deploys: with the options that say how a service runs, and how long to wait for it. */
export function deploymentCommand(name: string) {
  return apiCommand(name)
    .option('--model <model>', 'registered model, or path of one; may be repeated', repeated)
    .option(
      '--versions <policy>',
      'versions that are served, following new ones: latest:2, all, or 1,3; before it MODEL= for one of several models',
      repeated,
    )
    .option(
      '--label <label=version>',
      'a label that points at a version, such as canary=4; before it MODEL: for one of several models',
      repeated,
    )
    .option('--config <file>', 'deployment configuration in JSON or YAML; options here go before it')
    .option('--replicas <count>', 'processes that serve side by side', wholeNumber(0))
    .option('--cpu <cores>', 'cores each replica is given', positiveNumber)
    .option('--memory <gb>', 'gigabytes each replica asks for', positiveNumber)
    .option('--memory-limit <gb>', 'a replica that takes more is replaced', positiveNumber)
    .option('--scoring-timeout-ms <ms>', 'a request that runs longer is answered 504', wholeNumber(1))
    .addOption(
      new Option('--profile <profile>', 'one run on all cores, or many runs on one each').choices([
        'latency',
        'throughput',
      ] as const),
    )
    .addOption(
      new Option('--batching <mode>', 'when requests share a run of the engine').choices([
        'greedy',
        'off',
        'dynamic',
      ] as const),
    )
    .option('--batch-max-size <rows>', 'most rows of a shared run', wholeNumber(1))
    .option(
      '--batch-max-delay-ms <ms>',
      'how long a request waits for others to share its run',
      wholeNumber(1),
    )
    .option('--instances <count>', 'engines of each model that run side by side', wholeNumber(1))
    .option('--no-auth', 'anybody may call it')
    .option('--token-auth', 'callers send a token instead of a key')
    .option(
      '--cors-origin <origin>',
      'pages of this origin may call from a browser, * for all; may be repeated',
      repeated,
    )
    .option('--tag <key=value>', 'a tag; may be repeated', pair)
    .option('--property <key=value>', 'a property, which stays for ever; may be repeated', pair)
    .option('--description <text>', 'what it is for')
    .option('--no-wait', 'return as soon as the work has begun')
    .option('--timeout <time>', 'how long to wait, such as 90s or 10m; the work goes on after it', seconds);
}

/** The options of `deploymentCommand` that say how a service runs. */
export interface DeploymentFlags {
  readonly config?: string | undefined;
  readonly replicas?: number | undefined;
  readonly cpu?: number | undefined;
  readonly memory?: number | undefined;
  readonly memoryLimit?: number | undefined;
  readonly scoringTimeoutMs?: number | undefined;
  readonly profile?: 'latency' | 'throughput' | undefined;
  readonly batching?: BatchingMode | undefined;
  readonly batchMaxSize?: number | undefined;
  readonly batchMaxDelayMs?: number | undefined;
  readonly instances?: number | undefined;
  readonly auth: boolean;
  readonly tokenAuth?: true | undefined;
  readonly corsOrigin?: string[] | undefined;
}

/** The configuration that file and options ask for; `undefined` if they ask for nothing. */
export async function deploymentConfig(flags: DeploymentFlags): Promise<PartialDeploymentConfig | undefined> {
  const config = {
    ...(flags.config !== undefined && (await readConfigFile(flags.config))),
    ...(flags.replicas !== undefined && { numReplicas: flags.replicas }),
    ...(flags.cpu !== undefined && { cpuCores: flags.cpu }),
    ...(flags.memory !== undefined && { memoryGb: flags.memory }),
    ...(flags.memoryLimit !== undefined && { memoryGbLimit: flags.memoryLimit }),
    ...(flags.scoringTimeoutMs !== undefined && { scoringTimeoutMs: flags.scoringTimeoutMs }),
    ...(flags.profile !== undefined && { profile: flags.profile }),
    ...batchingConfig(flags),
    ...(flags.instances !== undefined && { instances: flags.instances }),
    ...(!flags.auth && { authEnabled: false }),
    ...(flags.tokenAuth === true && { authEnabled: false, tokenAuthEnabled: true }),
    ...(flags.corsOrigin !== undefined && { corsOrigins: flags.corsOrigin }),
  };
  return Object.keys(config).length === 0 ? undefined : config;
}

/** Asking for a delay asks for the mode that has one. */
function batchingConfig(flags: DeploymentFlags): Pick<PartialDeploymentConfig, 'batching'> | undefined {
  const { batchMaxSize: maxSize, batchMaxDelayMs: maxDelayMs } = flags;
  if (flags.batching === undefined && maxSize === undefined && maxDelayMs === undefined) return undefined;
  const mode = flags.batching ?? (maxDelayMs === undefined ? 'greedy' : 'dynamic');
  return {
    batching: {
      mode,
      ...(maxSize !== undefined && { maxSize }),
      ...(maxDelayMs !== undefined && { maxDelayMs }),
    },
  };
}

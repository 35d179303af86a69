import { Option } from '@commander-js/extra-typings';
import type { BatchingMode } from '@slipway/contract';
import type { PartialDeploymentConfig } from '@slipway/contract/api';
import type { DeploymentSettings } from '@slipway/sdk';
import { apiCommand } from './define.ts';
import {
  deviceCount,
  deviceCounts,
  list,
  pair,
  positiveNumber,
  repeated,
  seconds,
  wholeNumber,
} from './parsers.ts';
import { readConfigFile } from './read-config-file.ts';
import { type ScalingFlags, scalingConfig } from './scaling-options.ts';

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
    .option(
      '--entry-script <file>',
      'script with run() that answers the requests: .py, .ts, .mts, .js or .mjs',
    )
    .option('--no-entry-script', 'the models answer by themselves again')
    .option('--source-dir <folder>', 'folder that is deployed with the script, which is named relative to it')
    .option('--use-ignore-file', 'leave out of that folder what its .amlignore, or else its .gitignore, says')
    .option('--environment <name>', 'registered environment that the script runs in')
    .option('--conda-file <file>', 'conda file of which that environment is made')
    .option('--python <path>', 'interpreter on the machine of the server instead of an environment')
    .option(
      '--workers <count>',
      'processes or threads of a replica that run the script side by side',
      wholeNumber(1),
    )
    .option('--encode-numpy', 'results of numpy become JSON')
    .option('--no-encode-numpy', 'results of numpy are an error, as on Azure')
    .option('--inference-config <file>', "Azure's inferenceconfig.json; options here go before it")
    .option(
      '--config <file>',
      "deployment configuration in JSON or YAML, or Azure's deploymentconfig.json; options here go before it",
    )
    .option('--replicas <count>', 'processes that serve side by side', wholeNumber(0))
    .option('--autoscale-enabled', 'replicas come and go with the load')
    .option('--no-autoscale-enabled', 'their number is fixed again; say it with --replicas')
    .option(
      '--autoscale-min-replicas <count>',
      'fewest replicas; 0 lets a service that nobody calls have none',
      wholeNumber(0),
    )
    .option('--autoscale-max-replicas <count>', 'most replicas', wholeNumber(1))
    .option('--autoscale-refresh-seconds <s>', 'time between two looks at the load', wholeNumber(1))
    .option(
      '--autoscale-target-utilization <percent>',
      'part of the replicas that is to be busy',
      wholeNumber(1, 100),
    )
    .option(
      '--autoscale-idle-seconds <s>',
      'time without a request after which the last replica goes',
      wholeNumber(1),
    )
    .option('--cpu <cores>', 'cores each replica is given', positiveNumber)
    .option('--cpu-limit <cores>', 'cores each replica may use', positiveNumber)
    .option('--memory <gb>', 'gigabytes each replica asks for', positiveNumber)
    .option('--memory-limit <gb>', 'a replica that takes more is replaced', positiveNumber)
    .option('--gpu <count>', 'GPUs that each replica has for itself', deviceCount)
    .option(
      '--device <class=count>',
      'devices of another class that each replica has for itself, such as fpga=1; may be repeated',
      deviceCounts,
    )
    .option('--replace', 'take devices that other services have: these are scaled to 0 replicas')
    .option('--scoring-timeout-ms <ms>', 'a request that runs longer is answered 504', wholeNumber(1))
    .option('--max-concurrent-requests <count>', 'requests that run at once in a replica', wholeNumber(1))
    .option('--max-request-wait-ms <ms>', 'a request that waits longer is answered 503', wholeNumber(1))
    .option('--period-seconds <s>', 'time between two health checks', wholeNumber(1))
    .option(
      '--initial-delay-seconds <s>',
      'time after its start in which a replica may fail them',
      wholeNumber(1),
    )
    .option('--timeout-seconds <s>', 'time that a health check may take', wholeNumber(1))
    .option('--success-threshold <count>', 'successes in a row that make failures forgotten', wholeNumber(1))
    .option('--failure-threshold <count>', 'failures after which a replica is replaced', wholeNumber(1))
    .option('--namespace <name>', 'kept and shown on the local target')
    .option('--collect-model-data', 'keep inputs and outputs, and what scripts collect')
    .option('--no-collect-model-data', 'keep no more of them')
    .option('--enable-app-insights', 'trace requests to the collector of the server')
    .option('--no-enable-app-insights', 'trace them no longer')
    .option(
      '--both-output-names',
      'answers of TensorFlow Serving over gRPC carry names and aliases of outputs',
    )
    .option('--no-both-output-names', 'they carry aliases only if the request used them')
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
    .option(
      '--accelerator <providers>',
      'what runs the models: cpu, cuda, tensorrt, openvino, webgpu, …; several with commas, the preferred one first',
      list,
    )
    .option('--cpu-fallback', 'nodes that the accelerator does not take run on the CPU')
    .option('--no-cpu-fallback', 'models that have such nodes are refused')
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
export interface DeploymentFlags extends ScalingFlags {
  readonly config?: string | undefined;
  readonly cpu?: number | undefined;
  readonly cpuLimit?: number | undefined;
  readonly memory?: number | undefined;
  readonly memoryLimit?: number | undefined;
  readonly gpu?: number | undefined;
  readonly device?: Readonly<Record<string, number>> | undefined;
  readonly scoringTimeoutMs?: number | undefined;
  readonly maxConcurrentRequests?: number | undefined;
  readonly maxRequestWaitMs?: number | undefined;
  readonly periodSeconds?: number | undefined;
  readonly initialDelaySeconds?: number | undefined;
  readonly timeoutSeconds?: number | undefined;
  readonly successThreshold?: number | undefined;
  readonly failureThreshold?: number | undefined;
  readonly namespace?: string | undefined;
  readonly collectModelData?: boolean | undefined;
  readonly enableAppInsights?: boolean | undefined;
  readonly bothOutputNames?: boolean | undefined;
  readonly profile?: 'latency' | 'throughput' | undefined;
  readonly batching?: BatchingMode | undefined;
  readonly batchMaxSize?: number | undefined;
  readonly batchMaxDelayMs?: number | undefined;
  readonly instances?: number | undefined;
  readonly accelerator?: string[] | undefined;
  readonly cpuFallback?: boolean | undefined;
  readonly auth: boolean;
  readonly tokenAuth?: true | undefined;
  readonly corsOrigin?: string[] | undefined;
}

/** Options that stand for one field with the value as it was given. */
const PLAIN_FLAGS = {
  cpu: 'cpuCores',
  cpuLimit: 'cpuCoresLimit',
  memory: 'memoryGb',
  memoryLimit: 'memoryGbLimit',
  scoringTimeoutMs: 'scoringTimeoutMs',
  maxConcurrentRequests: 'replicaMaxConcurrentRequests',
  maxRequestWaitMs: 'maxRequestWaitTimeMs',
  periodSeconds: 'periodSeconds',
  initialDelaySeconds: 'initialDelaySeconds',
  timeoutSeconds: 'timeoutSeconds',
  successThreshold: 'successThreshold',
  failureThreshold: 'failureThreshold',
  namespace: 'namespace',
  collectModelData: 'collectModelData',
  enableAppInsights: 'enableAppInsights',
  bothOutputNames: 'bothOutputNames',
  profile: 'profile',
  instances: 'instances',
  corsOrigin: 'corsOrigins',
  accelerator: 'executionProviders',
  cpuFallback: 'cpuFallback',
} as const satisfies Partial<Record<keyof DeploymentFlags, keyof PartialDeploymentConfig>>;

/** What file and options ask for, the options first; `undefined` if they ask for nothing. */
export async function deploymentConfig(
  flags: DeploymentFlags,
  purpose: 'deploy' | 'update',
): Promise<DeploymentSettings | undefined> {
  const plain = Object.entries(PLAIN_FLAGS).flatMap(([flag, field]) => {
    const value = flags[flag as keyof typeof PLAIN_FLAGS];
    return value === undefined ? [] : [[field, value] as const];
  });
  const given: DeploymentSettings =
    flags.config === undefined ? {} : await readConfigFile(flags.config, purpose);
  const { autoscaler, numReplicas, ...file } = given;
  const devices = { ...file.devices, ...flags.device, ...(flags.gpu !== undefined && { gpu: flags.gpu }) };
  const config = {
    ...file,
    ...scalingConfig(flags, { autoscaler, numReplicas }, purpose),
    ...Object.fromEntries(plain),
    ...(Object.keys(devices).length > 0 && { devices }),
    ...batchingConfig(flags),
    ...(!flags.auth && { authEnabled: false }),
    ...(flags.tokenAuth === true && { authEnabled: false, tokenAuthEnabled: true }),
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

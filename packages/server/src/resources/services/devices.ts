import type { DeploymentConfig, DeviceCounts } from '@slipway/contract/api';
import type { FieldProblem } from '../field-problems.ts';

/** Execution providers that do nothing without a GPU. */
const GPU_PROVIDERS: ReadonlySet<string> = new Set(['cuda', 'tensorrt']);

/**
 * The configuration with a GPU for each replica where nothing is said of GPUs and one is expected: for a script on a target
 * that has some, as Azure's GPU flow expects it, and for an execution provider of GPUs wherever it is asked for.
 */
export function withExpectedDevices(
  config: DeploymentConfig,
  hasScript: boolean,
  there: DeviceCounts,
): DeploymentConfig {
  if (config.devices['gpu'] !== undefined) return config;
  const isExpected = gpuProvider(config) !== undefined || (hasScript && (there['gpu'] ?? 0) > 0);
  return isExpected ? Object.freeze({ ...config, devices: { ...config.devices, gpu: 1 } }) : config;
}

/** Parts of devices, and providers without what they run on. */
export function deviceProblems(config: DeploymentConfig): readonly FieldProblem[] {
  const parts = Object.entries(config.devices).flatMap(([name, count]) => {
    if (Number.isSafeInteger(count)) return [];
    const message = `must be a whole number, not ${count}: replicas never share a device. Let one replica have it, and its requests share it`;
    return [{ field: `config.devices.${name}`, message }];
  });
  const provider = gpuProvider(config);
  if (provider === undefined || config.devices['gpu'] !== 0) return parts;
  const message = `is 0, but config.executionProviders asks for "${provider}", which runs on a GPU: leave one of the two out`;
  return [...parts, { field: 'config.devices.gpu', message }];
}

function gpuProvider({ executionProviders }: DeploymentConfig): string | undefined {
  return executionProviders.find((name) => GPU_PROVIDERS.has(name));
}

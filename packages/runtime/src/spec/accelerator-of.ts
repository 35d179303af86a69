import { DEFAULT_PROVIDERS, type ReplicaSpec } from '@slipway/contract';
import type { Accelerator } from '../engines/engine.ts';

/** What a spec wants its models to run on; `undefined`: on the CPU alone. */
export function acceleratorOf(spec: ReplicaSpec): Accelerator | undefined {
  const { executionProviders: providers = DEFAULT_PROVIDERS, cpuFallback = true, engineDir = null } = spec;
  return providers.every((name) => name === 'cpu') ? undefined : { providers, cpuFallback, engineDir };
}

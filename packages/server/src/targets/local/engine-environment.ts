import { delimiter } from 'node:path';
import type { ReplicaSpec } from '@slipway/contract';

/**
 * Variables with which a replica finds the libraries of its engine: those of NVIDIA load each other by name, and only
 * what the system is told when the process starts says where to look. What `environment` says goes on behind it.
 */
export function engineEnvironment(
  { engineDir }: Pick<ReplicaSpec, 'engineDir'>,
  environment: NodeJS.ProcessEnv = process.env,
): Readonly<Record<string, string>> {
  if (engineDir == null) return {};
  const before = environment['LD_LIBRARY_PATH'];
  return { LD_LIBRARY_PATH: before ? `${engineDir}${delimiter}${before}` : engineDir };
}

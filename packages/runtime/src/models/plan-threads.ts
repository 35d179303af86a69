import type { EngineProfile } from '@slipway/contract';

/** How the cores of a replica are used by a model that has worker threads. */
export interface ThreadPlan {
  readonly workers: number;
  /** Threads a run. */
  readonly threads: number;
}

/**
 * `latency`: one worker, whose runs use all cores; `throughput`: a worker a core, whose runs use one thread.
 * Either way there are never more threads that compute than cores of the deployment or of the machine.
 */
export function planThreads(profile: EngineProfile, cpuCores: number, machineCores: number): ThreadPlan {
  const cores = Math.max(1, Math.min(Math.ceil(cpuCores), machineCores));
  return profile === 'latency' ? { workers: 1, threads: cores } : { workers: cores, threads: 1 };
}

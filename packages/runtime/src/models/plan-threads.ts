import type { EngineProfile } from '@slipway/contract';

/** How the cores of a replica are used by a model that has worker threads. */
export interface ThreadPlan {
  readonly workers: number;
  /** Threads a run. */
  readonly threads: number;
}

/**
 * `latency`: one worker, whose runs use all cores; `throughput`: a worker a core, whose runs use one thread. Where a
 * number of instances is asked for, they share the cores evenly. Either way there are never more threads that compute
 * than cores of the deployment or of the machine, unless more instances were asked for.
 */
export function planThreads(
  profile: EngineProfile,
  cpuCores: number,
  machineCores: number,
  instances?: number | null,
): ThreadPlan {
  const cores = Math.max(1, Math.min(Math.ceil(cpuCores), machineCores));
  const workers = instances ?? (profile === 'latency' ? 1 : cores);
  return { workers, threads: Math.max(1, Math.floor(cores / workers)) };
}

import { MAX_INSTANCES, type ServiceScaling } from '@slipway/contract';
import type { RevisionRecord } from '../../store/collections.ts';

/** Requests that wait at the gateway for a first replica: each may hold a body of a megabyte. */
const MAX_HELD = 100;

/** Longer than a replica takes to start, and within the patience of callers. */
const HOLD_TIMEOUT_MS = 30_000;

/** What the gateway does for a service that is scaled by its load; `undefined` for one that is not. */
export function scalingRoute(revision: RevisionRecord | undefined): ServiceScaling | undefined {
  const autoscaler = revision?.config.autoscaler;
  if (revision === undefined || autoscaler == null) return undefined;
  const maxHeld = autoscaler.minReplicas === 0 ? MAX_HELD : 0;
  return { concurrency: replicaConcurrency(revision), maxHeld, holdTimeoutMs: HOLD_TIMEOUT_MS };
}

/**
 * Requests that keep a replica of the revision busy: as many as it may run at once, and where nothing was said of that, as
 * many as its engine or the workers of its script run.
 */
export function replicaConcurrency({ script, config }: Pick<RevisionRecord, 'script' | 'config'>): number {
  const { replicaMaxConcurrentRequests: most, instances, profile, cpuCores, cpuCoresLimit } = config;
  if (script !== undefined) return Math.min(script.workers, most ?? script.workers);
  const cores = Math.min(MAX_INSTANCES, Math.max(1, Math.ceil(cpuCoresLimit ?? cpuCores)));
  return most ?? instances ?? (profile === 'latency' ? 1 : cores);
}

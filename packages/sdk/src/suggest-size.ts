import { SlipwayError } from '@slipway/contract';

/** A load, and how busy replicas may be with it. */
export interface SizeQuestion {
  /** Requests a second that are to be answered. */
  readonly targetRps: number;
  /** Milliseconds that one takes. */
  readonly requestMs: number;
  /** Percent of the replicas that are to be busy; left out: 70. */
  readonly targetUtilization?: number | undefined;
  /** Requests that a replica runs at once; left out: 1. */
  readonly maxConcurrent?: number | undefined;
}

/** What is right for most: a fourth of the load more is answered at once. */
const DEFAULT_TARGET_UTILIZATION = 70;

/** Slack for products of decimal fractions: 100 requests of 7 ms at 70 % need 1 replica. */
const EPSILON = 1e-9;

/**
 * Replicas that such a load needs, by Azure's formula: targetRps × seconds of a request ÷ part that is to be busy ÷
 * requests of a replica at once, rounded up. Throws `invalid_argument` for what is not above zero.
 */
export function suggestReplicas(question: SizeQuestion): number {
  const {
    targetRps,
    requestMs,
    targetUtilization = DEFAULT_TARGET_UTILIZATION,
    maxConcurrent = 1,
  } = question;
  for (const [field, value] of Object.entries({ targetRps, requestMs, targetUtilization, maxConcurrent })) {
    if (Number.isFinite(value) && value > 0) continue;
    throw new SlipwayError('invalid_argument', `${field} must be a number above 0, and is ${value}.`, {
      details: { field },
    });
  }
  const busy = (targetRps * requestMs) / 1000;
  return Math.max(1, Math.ceil((busy * 100) / targetUtilization / maxConcurrent - EPSILON));
}

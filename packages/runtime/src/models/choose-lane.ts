import type { LaneChoice } from '@slipway/contract';
import type { ModelFacts } from '../engines/engine.ts';
import type { WarmUp } from './warm-up.ts';

/** Below this (in milliseconds) a hop to another thread would cost more than the run. */
export const INLINE_MAX_RUN_MS = 0.3;

/** A model with more weights than this cannot read them within `INLINE_MAX_RUN_MS`; it is not even tried. */
const INLINE_MAX_BYTES = 64_000_000;

/** A run may hold up the socket thread for so long; a request that takes longer goes to a worker, whatever the lane. */
const INLINE_MAX_REQUEST_MS = 5;

/** A shared run on a worker should not take longer than this: less than a request may wait in a queue. */
const MAX_BATCH_MS = 400;

/** True if it makes sense to warm the model up on the socket thread. */
export function mayRunInline(choice: LaneChoice, facts: ModelFacts): boolean {
  if (choice !== 'auto') return choice === 'inline';
  return facts.valueDriven.length === 0 && facts.bytes <= INLINE_MAX_BYTES;
}

/** True if a model that was warmed up on the socket thread stays there. */
export function shouldRunInline(choice: LaneChoice, warmUp: WarmUp): boolean {
  if (choice !== 'auto') return choice === 'inline';
  return warmUp.runMs !== null && warmUp.runMs < INLINE_MAX_RUN_MS;
}

/** True if a request with so many elements in its inputs may hold up the socket thread. */
export function fitsInline(warmUp: WarmUp, elements: number): boolean {
  if (elements <= warmUp.elements) return true;
  const perSample = warmUp.rowMs ?? warmUp.runMs;
  return perSample !== null && (perSample * elements) / warmUp.elements <= INLINE_MAX_REQUEST_MS;
}

/** Rows that may share a run in a lane, at most those that are wanted; 1 where runs cannot be shared. */
export function maxBatchRows(warmUp: WarmUp, lane: 'inline' | 'worker', wanted = warmUp.batchRows): number {
  if (warmUp.rowMs === null) return 1;
  const longestMs = lane === 'inline' ? INLINE_MAX_REQUEST_MS : MAX_BATCH_MS;
  return Math.max(1, Math.min(wanted, Math.floor(longestMs / warmUp.rowMs)));
}

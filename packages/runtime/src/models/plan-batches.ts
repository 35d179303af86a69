import { type Batching, DEFAULT_BATCH_DELAY_MS } from '@slipway/contract';
import type { BatchPlan } from '../scheduling/batch-plan.ts';
import { maxBatchRows } from './choose-lane.ts';
import type { WarmUp } from './warm-up.ts';

const GREEDY: Batching = { mode: 'greedy' };

/**
 * How the requests of a model come together in a lane. What warm-up found is the limit, whatever was asked for: a
 * model that gave other answers in a shared run has none, and no shared run may hold up others for long.
 */
export function planBatches(
  batching: Batching = GREEDY,
  warmUp: WarmUp,
  lane: 'inline' | 'worker',
): BatchPlan {
  const { mode, maxSize, maxDelayMs = DEFAULT_BATCH_DELAY_MS, preferredSizes = [] } = batching;
  const maxRows = mode === 'off' ? 1 : maxBatchRows(warmUp, lane, maxSize);
  if (mode !== 'dynamic') return { maxRows, maxDelayMs: 0, preferredRows: [] };
  const preferredRows = preferredSizes.filter((rows) => rows <= maxRows).sort((one, other) => one - other);
  return { maxRows, maxDelayMs, preferredRows };
}

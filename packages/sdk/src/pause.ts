import { setTimeout as delay } from 'node:timers/promises';
import { SlipwayError } from '@slipway/contract';

/** Waits; throws `cancelled` as soon as the signal fires. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(milliseconds, undefined, signal && { signal });
  } catch (cause) {
    throw new SlipwayError('cancelled', 'The caller gave it up before it was done.', { cause });
  }
}

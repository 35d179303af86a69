import { setTimeout } from 'node:timers/promises';

/**
 * A measurement during which others had more than this part of the processors' time, guests of the same host or processes beside
 * this one's, says more of them than of what was measured.
 */
const MOST_DISTURBED_PERCENT = 4;

/** So often a disturbed measurement is taken again; then the least disturbed one counts. */
const ATTEMPTS = 12;

/** Time for the others to come to an end. */
const PAUSE_MS = 500;

/** Something measured, and the percent of the processors' time that others had meanwhile; NaN where it is not known. */
export interface Disturbed {
  readonly disturbed: number;
}

export interface QuietOptions {
  /** Ends it before the next attempt, by throwing the signal's reason. */
  readonly signal: AbortSignal;
  readonly attempts?: number | undefined;
}

/** Measures until the processors were left alone, whatever the figures: all attempts, of which the last may be quiet. */
export async function untilQuiet<T extends Disturbed>(
  measure: () => Promise<T>,
  { signal, attempts = ATTEMPTS }: QuietOptions,
): Promise<readonly [T, ...T[]]> {
  const first = await measure();
  const taken: [T, ...T[]] = [first];
  for (let last = first; taken.length < attempts && last.disturbed > MOST_DISTURBED_PERCENT; ) {
    await setTimeout(PAUSE_MS, undefined, { signal });
    last = await measure();
    taken.push(last);
  }
  return taken;
}

/** The attempt that counts. */
export function leastDisturbed<T extends Disturbed>(attempts: readonly [T, ...T[]]): T {
  return attempts.reduce((best, one) => (one.disturbed < best.disturbed ? one : best));
}

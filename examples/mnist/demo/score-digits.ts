import type { Webservice } from '@slipway/sdk';
import { percentile } from '@slipway/testkit';
import { type Digits, digitPixels, mostLikely } from '../digits.ts';

/** So many requests are on their way at any time. */
export const CALLERS = 8;

/** One digit and what the service made of it. */
export interface ScoredDigit {
  /** Its number in the test set. */
  readonly index: number;
  readonly label: number;
  readonly prediction: number;
  readonly probability: number;
}

export interface Scores {
  /** In the order of the test set. */
  readonly digits: readonly ScoredDigit[];
  /** The part that is right, 0 to 1. */
  readonly accuracy: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly requestsPerSecond: number;
}

/** Scores `count` digits, spread evenly over the set, one a request. The first failure ends it. */
export async function scoreDigits(
  service: Webservice,
  digits: Digits,
  count: number,
  signal: AbortSignal,
): Promise<Scores> {
  const waiting = Array.from({ length: count }, (_, index) =>
    Math.floor((index * digits.count) / count),
  ).values();
  const scored: ScoredDigit[] = [];
  const latencies: number[] = [];
  const callInTurn = async () => {
    for (const index of waiting) {
      const started = performance.now();
      scored.push(await scoreDigit(service, digits, index, signal));
      latencies.push(performance.now() - started);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: CALLERS }, callInTurn));
  const seconds = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    digits: scored.toSorted((a, b) => a.index - b.index),
    accuracy: scored.filter(({ label, prediction }) => label === prediction).length / count,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    requestsPerSecond: count / seconds,
  };
}

async function scoreDigit(
  service: Webservice,
  digits: Digits,
  index: number,
  signal: AbortSignal,
): Promise<ScoredDigit> {
  const answer = await service.run({ data: [Array.from(digitPixels(digits, index))] }, { signal });
  const { outputs } = answer as { readonly outputs: { readonly probabilities: readonly number[][] } };
  const probabilities = outputs.probabilities[0] ?? [];
  const prediction = mostLikely(probabilities);
  const label = digits.labels[index] ?? Number.NaN;
  return { index, label, prediction, probability: probabilities[prediction] ?? Number.NaN };
}

import { performance } from 'node:perf_hooks';
import type { OnnxModel } from '@slipway/graph/onnx';
import { type Feeds, type OpenModel, openModel } from '../session/open-model.ts';
import type { MeasuredLatency } from './report.ts';

/** Runs of each model that count; a median of fewer says little. */
const LEAST_RUNS = 3;
const MOST_RUNS = 25;

/** When there are enough runs, no more are begun after this time, in milliseconds. */
const ENOUGH_MS = 10_000;

const WARM_UP_RUNS = 2;

/** Runs two models in turn with the same sample, at one thread, so that what else the machine does falls on both. */
export async function measureLatency(
  float: OnnxModel,
  quantized: OnnxModel,
  feeds: Feeds,
  {
    signal,
    onRun,
  }: { readonly signal: AbortSignal | undefined; readonly onRun: (done: number, total: number) => void },
): Promise<MeasuredLatency> {
  await using one = await openModel(float, { threads: 1, signal });
  await using two = await openModel(quantized, { threads: 1, signal });
  for (let run = 0; run < WARM_UP_RUNS; run += 1) for (const model of [one, two]) await model.run(feeds);
  const times: (readonly [number, number])[] = [];
  const startedAt = performance.now();
  const enough = () => times.length >= LEAST_RUNS && performance.now() - startedAt > ENOUGH_MS;
  while (times.length < MOST_RUNS && !enough()) {
    signal?.throwIfAborted();
    times.push([await timeOf(one, feeds), await timeOf(two, feeds)]);
    onRun(times.length, MOST_RUNS);
  }
  const medianOf = (which: 0 | 1) => median(times.map((pair) => pair[which]));
  return { measured: true, float: medianOf(0), quantized: medianOf(1), runs: times.length, threads: 1 };
}

async function timeOf(model: OpenModel, feeds: Feeds): Promise<number> {
  const before = performance.now();
  await model.run(feeds);
  return performance.now() - before;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

import { setImmediate } from 'node:timers/promises';
import { SlipwayError, seededRandom } from '@slipway/contract';
import { createAdam } from './adam.ts';
import type { Dataset } from './dataset.ts';
import { type LinearModel, unstandardized, zeroModel } from './linear-model.ts';
import { lossAndGradient, type Score, score } from './softmax-loss.ts';
import { standardizationOf, standardized } from './standardize.ts';

/** How a head is trained. */
export interface FitSettings {
  /** Holds weights of standardized features back: l2 / 2 * the sum of their squares is added to the mean loss. */
  readonly l2: number;
  /** Times that all samples are gone through, at most. */
  readonly epochs: number;
  /** Of the first step; it falls to nothing, on a straight line, over all epochs. */
  readonly learningRate: number;
  /** Samples of one step. */
  readonly batchSize: number;
  /** Epochs without a better validation loss after which it ends; the best weights are kept. */
  readonly patience: number;
  /** Of the order in which samples are taken. */
  readonly seed: number;
}

/** One epoch, told when it is over. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** The mean over the epoch's batches, each with the weights of its time, with what holds weights back. */
  readonly loss: number;
  readonly validation: Score | undefined;
}

/** A trained head, for features as they are. */
export interface FittedHead {
  readonly model: LinearModel;
  readonly epochs: number;
  /** The epoch whose weights are kept: the last one where nothing validates. */
  readonly bestEpoch: number;
  /** With the weights that are kept. */
  readonly training: Score;
  readonly validation: Score | undefined;
}

export interface FitOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEpoch?: ((report: EpochReport) => void) | undefined;
}

/** Less than this share of the best loss is no progress. */
const LEAST_PROGRESS = 1e-4;

/** After so long, others get a turn: who gives up, and whoever shows the progress. */
const TURN_MS = 50;

/**
 * Trains a softmax head. The same data and settings give the same numbers, in double precision until the end. Throws
 * `invalid_argument` for features that are not finite and a learning rate that is too large, and the signal's reason.
 */
export async function fitHead(
  training: Dataset,
  validation: Dataset | undefined,
  classWeights: Float64Array,
  settings: FitSettings,
  { signal, onEpoch }: FitOptions = {},
): Promise<FittedHead> {
  const standardization = standardizationOf(training.features);
  const inner = { ...training, features: standardized(training.features, standardization) };
  const outer = validation && {
    ...validation,
    features: standardized(validation.features, standardization),
  };
  const { epochs, patience } = settings;
  const model = zeroModel(inner.features.columns, classWeights.length);
  const runEpoch = epochsOf(model, inner, classWeights, settings);
  let best = { epoch: 0, loss: Number.POSITIVE_INFINITY, model };
  let epoch = 0;
  while (epoch < epochs && epoch - best.epoch < (outer === undefined ? epochs : patience)) {
    epoch += 1;
    const loss = await runEpoch(epoch, signal);
    if (!Number.isFinite(loss)) throw diverged(settings.learningRate, epoch);
    const held = outer && score(model, outer, classWeights);
    if (held !== undefined && held.loss < best.loss * (1 - LEAST_PROGRESS)) {
      best = { epoch, loss: held.loss, model: copyOf(model) };
    }
    onEpoch?.({ epoch, epochs, loss, validation: held });
  }
  return {
    model: unstandardized(best.model, standardization),
    epochs: epoch,
    bestEpoch: outer === undefined ? epoch : best.epoch,
    training: score(best.model, inner, classWeights),
    validation: outer && score(best.model, outer, classWeights),
  };
}

/** What goes through all samples once, in an order of its own, and changes the model. */
function epochsOf(
  model: LinearModel,
  training: Dataset,
  classWeights: Float64Array,
  { l2, learningRate, batchSize, epochs, seed }: FitSettings,
) {
  const count = training.classes.length;
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  const random = seededRandom(seed);
  const gradient = zeroModel(model.features, model.classes);
  const step = createAdam(model);
  const batches = Math.ceil(count / batchSize);
  const weight = training.classes.reduce((sum, each) => sum + (classWeights[each] as number), 0);
  let turnEnds = performance.now() + TURN_MS;

  return async (epoch: number, signal: AbortSignal | undefined): Promise<number> => {
    shuffle(order, random);
    let sum = 0;
    for (let batch = 0; batch < batches; batch += 1) {
      const samples = order.subarray(batch * batchSize, (batch + 1) * batchSize);
      const share = count / (samples.length * weight);
      const done = ((epoch - 1) * batches + batch) / (epochs * batches);
      sum += lossAndGradient(model, training, samples, { l2, classWeights }, share, gradient);
      step(model, gradient, learningRate * (1 - done));
      if (performance.now() < turnEnds) continue;
      await setImmediate();
      signal?.throwIfAborted();
      turnEnds = performance.now() + TURN_MS;
    }
    return sum / batches;
  };
}

function diverged(learningRate: number, epoch: number): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `learningRate: with ${learningRate}, the loss is no number any more in epoch ${epoch}. Give a smaller one.`,
    { details: { field: 'learningRate' } },
  );
}

function copyOf({ weights, biases, ...sizes }: LinearModel): LinearModel {
  return { ...sizes, weights: weights.slice(), biases: biases.slice() };
}

/** Fisher and Yates. */
function shuffle(order: Uint32Array, random: () => number): void {
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const moved = order[last] as number;
    order[last] = order[other] as number;
    order[other] = moved;
  }
}

import { SlipwayError } from '@slipway/contract';
import type { ClassWeights } from './head/class-weights.ts';
import type { FitSettings } from './head/fit-head.ts';

/** How it is trained; everything has a default. */
export interface TrainingSettings {
  /** Holds weights back: l2 / 2 * the sum of their squares, of standardized features, is added to the mean loss. */
  readonly l2?: number | undefined;
  /** Times that all images are gone through, at most. */
  readonly epochs?: number | undefined;
  /** Of the first step; it falls to nothing over all epochs. */
  readonly learningRate?: number | undefined;
  /** Images of one step. */
  readonly batchSize?: number | undefined;
  /** Epochs without a better validation loss after which it ends. */
  readonly patience?: number | undefined;
  readonly classWeights?: ClassWeights | undefined;
  /** Of the order of images, and of which ones validate. */
  readonly seed?: number | undefined;
  /** The share of each class that validates, from 0 (none) to below 1. Looked at where there is no folder for that. */
  readonly validationSplit?: number | undefined;
}

/** All of them. */
export interface CompleteSettings extends FitSettings {
  readonly classWeights: ClassWeights;
  readonly validationSplit: number;
}

/** For some hundred images with two thousand features, which any head can learn by heart: small steps, held back. */
const DEFAULTS: CompleteSettings = {
  l2: 0.01,
  epochs: 100,
  learningRate: 0.001,
  batchSize: 32,
  patience: 10,
  classWeights: 'none',
  seed: 0,
  validationSplit: 0.2,
};

/** Settings with defaults for what is left out. Throws `invalid_argument`, which names the field. */
export function completeSettings(given: TrainingSettings): CompleteSettings {
  const settings: CompleteSettings = {
    l2: given.l2 ?? DEFAULTS.l2,
    epochs: given.epochs ?? DEFAULTS.epochs,
    learningRate: given.learningRate ?? DEFAULTS.learningRate,
    batchSize: given.batchSize ?? DEFAULTS.batchSize,
    patience: given.patience ?? DEFAULTS.patience,
    classWeights: given.classWeights ?? DEFAULTS.classWeights,
    seed: given.seed ?? DEFAULTS.seed,
    validationSplit: given.validationSplit ?? DEFAULTS.validationSplit,
  };
  const whole = (value: number) => Number.isSafeInteger(value) && value >= 1;
  check('l2', settings.l2 >= 0 && Number.isFinite(settings.l2), 'a number from 0', settings.l2);
  check('epochs', whole(settings.epochs), 'a whole number from 1', settings.epochs);
  const rate = settings.learningRate;
  check('learningRate', rate > 0 && Number.isFinite(rate), 'a number above 0', rate);
  check('batchSize', whole(settings.batchSize), 'a whole number from 1', settings.batchSize);
  check('patience', whole(settings.patience), 'a whole number from 1', settings.patience);
  const isSeed = Number.isSafeInteger(settings.seed) && settings.seed >= 0 && settings.seed < 2 ** 32;
  check('seed', isSeed, 'a whole number from 0 and below 2^32', settings.seed);
  const split = settings.validationSplit;
  check('validationSplit', split >= 0 && split < 1, 'a number from 0 and below 1', split);
  return Object.freeze(settings);
}

function check(field: string, isRight: boolean, rule: string, value: unknown): void {
  if (isRight) return;
  throw new SlipwayError('invalid_argument', `${field} is ${String(value)}, and must be ${rule}.`, {
    details: { field },
  });
}

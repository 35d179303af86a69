import { createHash } from 'node:crypto';
import { ENGINE_VERSION, type ImageInput } from '@slipway/contract';
import { WEIGHTS_METADATA } from '@slipway/graph/catalogue';
import type { TrainingImages } from '../data/collect-images.ts';
import type { UsedImage } from '../data/notes.ts';
import type { FittedHead } from '../head/fit-head.ts';
import type { Score } from '../head/softmax-loss.ts';
import type { OpenFeaturizer } from '../open-featurizer.ts';
import type { CompleteSettings } from '../settings.ts';
import type { Evaluation } from './confusion.ts';

/** The file of a trained pipeline that says how it was made. */
export const TRAINING_FILE = 'training.json';

/**
 * How a pipeline was trained. Nothing in it tells of machine or hour: the same features and settings give the same
 * bytes.
 */
export interface TrainingRecord {
  readonly kind: 'Training';
  readonly featurizer: {
    readonly name: string;
    /** Where its weights come from: `keras`, or `random, seed 7`; `null`: the model does not say. */
    readonly weights: string | null;
    /** The SHA-256 of all that features follow from: model, preprocessing, version of ONNX Runtime. */
    readonly digest: string;
    readonly output: string;
    readonly features: number;
    readonly onnxruntime: string;
  };
  readonly preprocessing: ImageInput;
  readonly data: {
    readonly classes: readonly {
      readonly name: string;
      readonly training: number;
      readonly validation: number;
    }[];
    readonly training: number;
    readonly validation: number;
    /** The SHA-256 of lines `<side> <SHA-256 of the image> <class>`, sorted. */
    readonly digest: string;
    /** Images that could not be read. */
    readonly unreadable: readonly string[];
  };
  readonly settings: CompleteSettings;
  readonly result: {
    readonly epochs: number;
    /** The epoch whose weights were kept. */
    readonly bestEpoch: number;
    readonly training: Score;
    readonly validation: Score | null;
  };
  readonly evaluation: Evaluation & {
    /** The images that it is on. */
    readonly on: 'training' | 'validation';
  };
}

/** What a record is made of. */
export interface Training {
  readonly featurizer: OpenFeaturizer;
  readonly data: TrainingImages;
  readonly settings: CompleteSettings;
  readonly fitted: FittedHead;
  readonly evaluation: TrainingRecord['evaluation'];
}

/** The record of a training. */
export function trainingRecord({ featurizer, data, settings, fitted, evaluation }: Training): TrainingRecord {
  const { classes, images, unreadable, digest } = data;
  const count = (side: UsedImage['side'], each?: number) =>
    images.filter((image) => image.side === side && (each === undefined || image.class === each)).length;
  const weights = featurizer.model.metadata.find(({ key }) => key === WEIGHTS_METADATA)?.value;
  return {
    kind: 'Training',
    featurizer: {
      name: featurizer.name,
      weights: weights ?? null,
      digest,
      output: featurizer.output,
      features: fitted.model.features,
      onnxruntime: ENGINE_VERSION,
    },
    preprocessing: featurizer.preprocessing,
    data: {
      classes: classes.map((name, each) => ({
        name,
        training: count('training', each),
        validation: count('validation', each),
      })),
      training: count('training'),
      validation: count('validation'),
      digest: digestOf(images, classes),
      unreadable,
    },
    settings,
    result: {
      epochs: fitted.epochs,
      bestEpoch: fitted.bestEpoch,
      training: fitted.training,
      validation: fitted.validation ?? null,
    },
    evaluation,
  };
}

function digestOf(images: readonly UsedImage[], classes: readonly string[]): string {
  const lines = images.map(
    (image) => `${image.side} ${image.sha256} ${JSON.stringify(classes[image.class])}`,
  );
  return createHash('sha256').update(lines.toSorted().join('\n')).digest('hex');
}

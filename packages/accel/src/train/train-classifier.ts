import { join } from 'node:path';
import { homeFolder } from '../networks/home-folder.ts';
import { composePipeline } from '../pipeline/compose-pipeline.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { savePipeline } from '../pipeline/save-pipeline.ts';
import { requireFree } from '../write-folder.ts';
import { collectImages, findAllImages, type TrainingImages } from './data/collect-images.ts';
import { gather } from './data/gather.ts';
import { notesOf } from './data/notes.ts';
import type { FeatureProgress } from './features/compute-features.ts';
import { checkClassWeights, classWeightsOf } from './head/class-weights.ts';
import { type EpochReport, type FittedHead, fitHead } from './head/fit-head.ts';
import { headModel } from './head/head-model.ts';
import type { LinearModel } from './head/linear-model.ts';
import { type FeaturizerChoice, type OpenFeaturizer, openFeaturizer } from './open-featurizer.ts';
import { checkAnswers } from './result/check-answers.ts';
import { evaluate } from './result/confusion.ts';
import { TRAINING_FILE, type TrainingRecord, trainingRecord } from './result/training-record.ts';
import { type CompleteSettings, completeSettings, type TrainingSettings } from './settings.ts';

export interface TrainOptions extends FeaturizerChoice, TrainingSettings {
  /** A folder of images, one folder a class. */
  readonly data: string;
  /** Another one, to validate with; otherwise a part of `data` does. */
  readonly validation?: string | undefined;
  /** The folder to write the pipeline to; it must not be there. Without it nothing is written. */
  readonly out?: string | undefined;
  /** Where features are kept; `false`: nowhere. Default: `features` in the home folder. */
  readonly cache?: string | false | undefined;
  /** Images that cannot be read are passed over and told, instead of ending it. */
  readonly skipUnreadable?: boolean | undefined;
  /** Threads that compute features. Default: as many as there are cores. */
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
}

/** How far it is. */
export type TrainProgress =
  | ({ readonly phase: 'features' } & FeatureProgress)
  | ({ readonly phase: 'training' } & EpochReport)
  | { readonly phase: 'checking' };

export interface TrainedClassifier {
  /** Preprocessing, featurizer and trained head, with the names of the classes. */
  readonly pipeline: Pipeline;
  /** What `training.json` says. */
  readonly training: TrainingRecord;
  /** What whoever trains should know of the images. */
  readonly notes: readonly string[];
  /** How many images there were, and whose features were known already. */
  readonly features: FeatureProgress;
}

/** Images that the whole pipeline is tried with. */
const TRIED_IMAGES = 8;

/**
 * Trains a classifier of one's own on the features of a network: features are computed once for each image and kept; a
 * softmax head is trained on them; both are put together, and tried. The same images and settings give the same
 * pipeline, byte for byte, on processors that compute the same features. Throws `invalid_argument`, which names field or file, `not_found` for a folder, a featurizer
 * or weights that are not there, `already_exists` for `out`, and the reason of the signal.
 */
export async function trainClassifier(options: TrainOptions): Promise<TrainedClassifier> {
  const { signal, onProgress, out } = options;
  const settings = completeSettings(options);
  if (out !== undefined) await requireFree(out);
  const found = await findAllImages(options, signal);
  checkClassWeights(settings.classWeights, found.classes);
  const featurizer = await openFeaturizer(options, signal);
  const data = await collectImages(featurizer, found, {
    ...{ skipUnreadable: options.skipUnreadable === true, cache: cacheFolder(options) },
    ...{ validationSplit: settings.validationSplit, seed: settings.seed },
    ...{ threads: options.threads, signal },
    onProgress: (progress) => onProgress?.({ phase: 'features', ...progress }),
  });
  const { fitted, evaluation } = await learn(data, settings, options);
  const training = trainingRecord({ featurizer, data, settings, fitted, evaluation });
  const pipeline = assemble(featurizer, fitted.model, data.classes);
  onProgress?.({ phase: 'checking' });
  await checkAnswers(pipeline, fitted.model, spread(data.images, TRIED_IMAGES), signal);
  if (out !== undefined) {
    const files = { [TRAINING_FILE]: `${JSON.stringify(training, null, 2)}\n` };
    await savePipeline(pipeline, out, { files, signal });
  }
  return { pipeline, training, notes: notesOf(data), features: data.features };
}

/** Trains the head, and tries it with what it did not see. */
async function learn(
  { classes, counts, images }: TrainingImages,
  settings: CompleteSettings,
  { signal, onProgress }: TrainOptions,
): Promise<{ readonly fitted: FittedHead; readonly evaluation: TrainingRecord['evaluation'] }> {
  const training = gather(images.filter(({ side }) => side === 'training'));
  const held = images.filter(({ side }) => side === 'validation');
  const validation = held.length === 0 ? undefined : gather(held);
  const classWeights = classWeightsOf(settings.classWeights, classes, counts);
  const fitted = await fitHead(training, validation, classWeights, settings, {
    signal,
    onEpoch: (report) => onProgress?.({ phase: 'training', ...report }),
  });
  const on = validation === undefined ? 'training' : 'validation';
  return { fitted, evaluation: { on, ...evaluate(fitted.model, validation ?? training, classes) } };
}

function assemble(
  { preprocessing, model }: OpenFeaturizer,
  head: LinearModel,
  labels: readonly string[],
): Pipeline {
  const [features = { metadata: [] }] = model.graph.outputs;
  return composePipeline({
    preprocessing,
    featurizer: model,
    head: headModel(head, features, model),
    labels,
  });
}

function cacheFolder({ cache, home }: TrainOptions): string | undefined {
  if (cache === false) return undefined;
  return cache ?? join(homeFolder(home), 'features');
}

/** So many of them, of all classes. */
function spread<T>(all: readonly T[], count: number): readonly T[] {
  const most = Math.min(count, all.length);
  return Array.from({ length: most }, (_, index) => all[Math.floor((index * all.length) / most)] as T);
}

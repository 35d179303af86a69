import { SlipwayError } from '@slipway/contract';
import type { ImageFile } from '../../samples/find-images.ts';
import {
  computeFeatures,
  type FeatureOptions,
  type FeatureProgress,
  type ImageFeatures,
} from '../features/compute-features.ts';
import type { Featurizer } from '../features/featurizer.ts';
import {
  findLabelledImages,
  findValidationImages,
  type LabelledFolder,
  type LabelledImage,
} from './labelled-images.ts';
import type { NotedImages, UsedImage } from './notes.ts';
import { splitImages } from './split-images.ts';

/** An image with all that training needs of it. */
export interface TrainingImage extends UsedImage {
  readonly file: ImageFile;
  readonly features: Float32Array;
}

/** All images of a training, with their features. */
export interface TrainingImages extends NotedImages {
  readonly images: readonly TrainingImage[];
  /** How many images train, by class. */
  readonly counts: readonly number[];
  readonly features: FeatureProgress;
  /** Of the featurizer, with all that features follow from. */
  readonly digest: string;
}

/** The images of both folders. */
export interface FoundImages extends LabelledFolder {
  /** Those of the folder to validate with, where there is one. */
  readonly held: readonly LabelledImage[] | undefined;
}

/** Finds the images of both folders. Throws what finding throws: before anything is loaded or computed. */
export async function findAllImages(
  { data, validation }: { readonly data: string; readonly validation?: string | undefined },
  signal: AbortSignal | undefined,
): Promise<FoundImages> {
  const found = await findLabelledImages(data, signal);
  if (validation === undefined) return { ...found, held: undefined };
  const { images: held, others } = await findValidationImages(validation, found.classes, signal);
  return { ...found, held, others: [...found.others, ...others] };
}

export interface CollectOptions extends Omit<FeatureOptions, 'onUnreadable'> {
  readonly skipUnreadable: boolean;
  readonly validationSplit: number;
  readonly seed: number;
}

/**
 * Computes the features of images, and says which of them train and which validate. Throws what computing throws, and
 * `invalid_argument` for a class of which no image can be read.
 */
export async function collectImages(
  featurizer: Featurizer,
  { classes, images, held, others }: FoundImages,
  options: CollectOptions,
): Promise<TrainingImages> {
  const unreadable: string[] = [];
  const computed = await computeFeatures(featurizer, [...images, ...(held ?? [])], {
    ...options,
    onUnreadable: options.skipUnreadable ? ({ name }) => unreadable.push(name) : undefined,
  });
  const { images: known, digest, ...features } = computed;
  const validates = held === undefined ? bySeed(known, options) : byFolder(known, held);
  const used = known.map(({ image, ...rest }, place) => ({
    ...{ ...image, ...rest, name: image.file.name },
    side: validates.has(place) ? ('validation' as const) : ('training' as const),
  }));
  const counts = classes.map(
    (_, each) => used.filter((image) => image.side === 'training' && image.class === each).length,
  );
  const empty = classes.find((_, each) => counts[each] === 0);
  if (empty !== undefined) throw unreadableClass(empty);
  return { classes, images: used, counts, others, unreadable, features, digest };
}

function bySeed(
  known: readonly ImageFeatures<LabelledImage>[],
  { validationSplit, seed }: CollectOptions,
): ReadonlySet<number> {
  const images = known.map(({ image, sha256 }) => ({ class: image.class, sha256 }));
  return new Set(splitImages(images, validationSplit, seed).validation);
}

function byFolder(
  known: readonly ImageFeatures<LabelledImage>[],
  held: readonly LabelledImage[],
): ReadonlySet<number> {
  const files = new Set(held.map(({ file }) => file));
  return new Set(known.flatMap(({ image }, place) => (files.has(image.file) ? [place] : [])));
}

function unreadableClass(name: string): SlipwayError {
  const shown = JSON.stringify(name);
  return new SlipwayError(
    'invalid_argument',
    `No image of ${shown} can be read, so that nothing can be learned of it: mend them, or remove the folder.`,
    { details: { class: name } },
  );
}
